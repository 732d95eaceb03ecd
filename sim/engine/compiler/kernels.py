"""Functions that are compiled when first called, kept as machine code, and run without Python's lock."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
from collections.abc import Callable
from functools import lru_cache, update_wrapper
from itertools import count
from threading import RLock
from types import FunctionType
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from sim.engine import cache
from sim.engine.compiler import primitives
from sim.engine.compiler.translate import Program
from sim.engine.compiler.values import BOOL, FLOAT, NOTHING, Type, type_of, words_of
from sim.model.fields import text

assert primitives.__name__  # registers what compiled code may call

ENTRY = "entry"
#: Two threads compile the same function once, one after the other.
_LOCK, _NUMBERS = RLock(), count()


class Kernel:
    """A function of Python that runs compiled.

    Attributes
    ----------
    plain : the function itself, for a driver that wants to see every line of it
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        assert isinstance(function, FunctionType)
        self.plain = function
        self._codes: dict[tuple[Type, ...], Code] = {}
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        """Call it compiled."""
        return self.bind(*arguments)()

    def bind(self, *arguments: Any) -> Call:
        """Return a call with these arguments, to be made many times without looking at them again."""
        types = tuple(map(type_of, arguments))
        with _LOCK:
            if types not in self._codes:
                self._codes[types] = Code(self.plain, types)
        return Call(self._codes[types], arguments)


def kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a function as one that is compiled when it is first called; arguments as of `values.type_of`."""
    return Kernel(function)


class Code:
    """The machine code of a function for some types of arguments."""

    def __init__(self, function: FunctionType, types: tuple[Type, ...]) -> None:
        # The rest of what is compiled names the folder.
        origin = (text(function), function.__qualname__, _enclosed(function), types, *_processor())
        name = f"{function.__name__}-{hashlib.blake2b(repr(origin).encode(), digest_size=8).hexdigest()}"
        image = cache.stored(cache.cache_folder() / f"{name}.code", lambda: compiled(function, types))
        self.returns: Type = _RETURNS[image[0]]
        builder = llvm.JITLibraryBuilder().add_object_img(image[1:]).add_current_process()
        self._tracker = builder.export_symbol(ENTRY).link(_linker(), f"{name}-{next(_NUMBERS)}")
        self.run = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self._tracker[ENTRY])


def _enclosed(function: FunctionType) -> list[str]:
    """Return what a function takes from the one that it is written in, functions by name."""
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    return [f"{one.__module__}.{one.__qualname__}" if callable(one) else repr(one) for one in cells]


#: What a way in from Python may return, by the first byte of its file.
_RETURNS = (NOTHING, FLOAT, type_of(0), type_of(np.uint64(0)), BOOL)


class Call:
    """A call with its arguments laid out.

    Attributes
    ----------
    arguments : as given; the words name their memory
    words : uint64, the words of all arguments in a row; the first takes what is returned
    """

    def __init__(self, code: Code, arguments: tuple[Any, ...]) -> None:
        words: list[int] = []
        words_of(arguments, words)
        self._code, self.arguments = code, arguments
        self.words = np.array([word % 2**64 for word in words] or [0], np.uint64)

    def __call__(self, *leading: int) -> Any:
        """Make the call, with other numbers from 0 in the place of its first arguments."""
        self.words[: len(leading)] = leading
        self._code.run(self.words.ctypes.data)
        kind = self._code.returns
        if kind is NOTHING:
            return None
        view = np.float64 if kind is FLOAT else np.uint8 if kind is BOOL else np.int64
        return self.words.view(view)[0].item()


def compiled(function: FunctionType, types: tuple[Type, ...]) -> bytes:
    """Translate a function and compile it for this processor; the first byte says what it returns."""
    program = Program()
    returned = program.entry(function, types, ENTRY)
    module = llvm.parse_assembly(str(program))
    machine = _machine()
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = True
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    image: bytes = machine.emit_object(module)
    return bytes([_RETURNS.index(returned)]) + image


def _processor() -> tuple[str, str]:
    """Return this processor's name, and what it can."""
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


@lru_cache(maxsize=1)
def _machine() -> Any:
    """Return the compiler for this processor."""
    _begin()
    target = llvm.Target.from_default_triple()
    processor, features = _processor()
    return target.create_target_machine(cpu=processor, features=features, opt=3, reloc="pic")


@lru_cache(maxsize=1)
def _linker() -> Any:
    _begin()
    return llvm.create_lljit_compiler()


@lru_cache(maxsize=1)
def _begin() -> None:
    with contextlib.suppress(RuntimeError):
        llvm.initialize()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()

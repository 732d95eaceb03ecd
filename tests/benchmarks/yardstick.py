"""The same week in C++: what the ensemble is measured against, and nothing that a user runs.

The functions that the ensemble compiles are translated from their syntax trees as for it, and every instruction is written
as a statement of C++, which g++ compiles with all it has but a fused multiplication: that would change bits. Threads are
OpenMP's, where the compiler has it.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine import compiled
from sim.engine.compiler.translate import Program
from sim.engine.compiler.values import type_of
from sim.engine.ensemble import BATCH, Block, request
from sim.engine.workspace import Workspace
from sim.model.registry import load
from sim.scenario.plan import Plan

FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math")
#: What keeps the bits.
EXACT = ("-ffp-contract=off", "-std=c++17", "-shared", "-fPIC", "-w")

HEAD = """#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
typedef unsigned __int128 wide;
template <class To, class From> static inline To bits(From x) { To y; memcpy(&y, &x, sizeof y); return y; }
"""
TAIL = """
extern "C" void lanes(uint64_t **words, long workers, long runs, long batch) {
    #pragma omp parallel for num_threads(workers) schedule(static, 1)
    for (long w = 0; w < workers; w++)
        for (long first = w * batch; first < runs; first += workers * batch) {
            words[w][0] = first;
            words[w][1] = std::min(first + batch, runs);
            entry((char *)words[w]);
        }
}
"""

TYPES = {"double": "double", "ptr": "char *", "i1": "bool", "i128": "wide", "void": "void"} | {
    f"i{size}": f"int{size}_t" for size in (8, 16, 32, 64)
}
SIGNS = {"fadd": "+", "fsub": "-", "fmul": "*", "fdiv": "/", "sdiv": "/", "srem": "%"}
SIGNS |= {"add nsw": "+", "sub nsw": "-", "mul nsw": "*"}
#: On numbers without sign: these wrap round.
WRAPPED = {"add": "+", "sub": "-", "mul": "*", "and": "&", "or": "|", "xor": "^", "shl": "<<", "lshr": ">>"}
ORDER = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
KNOWN = {"sqrt.f64": "std::sqrt", "floor.f64": "std::floor", "fabs.f64": "std::fabs"}
KNOWN |= {"smin.i64": "std::min<int64_t>", "smax.i64": "std::max<int64_t>"}

TYPE = r"(?:\{[^}]*\}|\w+)"


def kind(text: str) -> str:
    """Return a type of C++ for one of LLVM."""
    if text.startswith("{"):
        return "S_" + "_".join(part.strip() for part in text.strip("{ }").split(","))
    return TYPES[text]


def operand(text: str) -> str:
    """Return an operand as C++ writes it."""
    text = text.strip()
    if text.startswith("0x"):
        value = struct.unpack("<d", struct.pack("<Q", int(text, 16)))[0]
        return {"inf": "INFINITY", "-inf": "-INFINITY", "nan": "NAN"}.get(str(value), f"({value.hex()})")
    if text[0] in "%@":
        return text[1:].replace(".", "_")
    return {"poison": "{}", "-9223372036854775808": "INT64_MIN"}.get(text, text)


def typed(text: str) -> list[tuple[str, str]]:
    """Split a list of typed operands."""
    return [(one[1], one[2]) for one in re.finditer(rf"({TYPE}) ([^,\s]+)(?:,|$)", text)]


def _load(found: re.Match[str]) -> tuple[str, str]:
    room = found[2].startswith("%r")
    return found[1], operand(found[2]) if room else f"*({kind(found[1])} *){operand(found[2])}"


def _arithmetic(found: re.Match[str]) -> tuple[str, str]:
    a, b = operand(found[3]), operand(found[4])
    if found[1] in SIGNS:
        return found[2], f"{a} {SIGNS[found[1]]} {b}"
    if found[1] == "ashr" or found[2] == "i1":
        return found[2], f"{a} {'>>' if found[1] == 'ashr' else WRAPPED[found[1]]} {b}"
    cast = "wide" if found[2] == "i128" else f"u{kind(found[2])}"
    return found[2], f"({cast}){a} {WRAPPED[found[1]]} ({cast}){b}"


def _compare(found: re.Match[str]) -> tuple[str, str]:
    how, sign = (found[2][0], found[2][1:]) if found[2] not in ORDER else ("", found[2])
    cast = f"(u{kind(found[3])})" if found[1] == "icmp" and how == "u" else ""
    return "i1", f"{cast}{operand(found[4])} {ORDER[sign]} {cast}{operand(found[5])}"


def _cast(found: re.Match[str]) -> tuple[str, str]:
    how, before, word, after = found.groups()
    if how == "bitcast":
        return after, f"bits<{kind(after)}>({operand(word)})"
    unsigned = how in ("zext", "uitofp") and before.startswith("i") and before != "i1"
    return after, f"({kind(after)}){f'(u{kind(before)})' if unsigned else ''}{operand(word)}"


def _call(found: re.Match[str]) -> tuple[str, str]:
    given = ", ".join(operand(word) for _, word in typed(found[3]))
    name = KNOWN[found[2].removeprefix("llvm.")] if found[2].startswith("llvm.") else operand("@" + found[2])
    return found[1], f"{name}({given})"


#: Every instruction that gives a value: its form, and the type and the expression that stand for it.
FORMS: tuple[tuple[str, Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    (rf"load ({TYPE}), ptr (\S+)", _load),
    (
        rf"getelementptr inbounds ({TYPE}), ptr (\S+), i64 (\S+)",
        lambda one: ("ptr", f"(char *)(({kind(one[1])} *){operand(one[2])} + {operand(one[3])})"),
    ),
    (
        rf"((?:{'|'.join(sorted({*SIGNS, *WRAPPED, 'ashr'}, key=len, reverse=True))})) ({TYPE}) (\S+), (\S+)",
        _arithmetic,
    ),
    (rf"(fcmp|icmp) (\w+) ({TYPE}) (\S+), (\S+)", _compare),
    (
        rf"select i1 (\S+), ({TYPE}) (\S+), {TYPE} (\S+)",
        lambda one: (one[2], f"{operand(one[1])} ? {operand(one[3])} : {operand(one[4])}"),
    ),
    (rf"(zext|sext|trunc|sitofp|uitofp|fptosi|fptoui|bitcast) ({TYPE}) (\S+) to ({TYPE})", _cast),
    (r"fneg double (\S+)", lambda one: ("double", f"-{operand(one[1])}")),
    (rf"call ({TYPE}) @(\S+?)\((.*)\)", _call),
    (
        rf"extractvalue ({TYPE}) (\S+), (\d+)",
        lambda one: (_part(one[1], one[3]), f"{operand(one[2])}.f{one[3]}"),
    ),
)


def _part(structure: str, number: str) -> str:
    return structure.strip("{ }").split(",")[int(number)].strip()


def statements(lines: list[str]) -> Iterator[str]:
    """Yield a function's statements; what they need is declared first, since labels follow."""
    declared: list[str] = []
    written: list[str] = []
    for line in lines:
        text = line.strip()
        if re.fullmatch(r"\w+:", text):
            written.append(f"{text};")
        elif found := re.fullmatch(rf"(%\w+) = alloca ({TYPE})", text):
            declared.append(f"{kind(found[2])} {operand(found[1])};")
        elif found := re.fullmatch(rf"(%\w+) = insertvalue ({TYPE}) (\S+), {TYPE} (\S+), (\d+)", text):
            declared.append(f"{kind(found[2])} {operand(found[1])};")
            whole = "" if found[3] == "poison" else f"{operand(found[1])} = {operand(found[3])}; "
            written.append(f"{whole}{operand(found[1])}.f{found[5]} = {operand(found[4])};")
        elif found := re.fullmatch(r"(%\w+) = (.*)", text):
            result, expression = _expression(found[2])
            declared.append(f"{kind(result)} {operand(found[1])};")
            written.append(f"{operand(found[1])} = {expression};")
        elif found := re.fullmatch(rf"store ({TYPE}) (\S+), ptr (\S+)", text):
            room = found[3].startswith("%r")
            place = operand(found[3]) if room else f"*({kind(found[1])} *){operand(found[3])}"
            written.append(f"{place} = {operand(found[2])};")
        elif found := re.fullmatch(r"br i1 (\S+), label %(\w+), label %(\w+)", text):
            written.append(f"if ({operand(found[1])}) goto {found[2]}; else goto {found[3]};")
        elif found := re.fullmatch(r"br label %(\w+)", text):
            written.append(f"goto {found[1]};")
        elif found := re.fullmatch(rf"ret ({TYPE})(?: (\S+))?", text):
            written.append(f"return {operand(found[2])};" if found[2] else "return;")
        else:
            written.append(f"{_expression(text)[1]};")
    yield from declared
    yield from written


def _expression(text: str) -> tuple[str, str]:
    for form, write in FORMS:
        if found := re.fullmatch(form, text):
            return write(found)
    raise ValueError(f"no C++ for the instruction `{text}`")


def source(module: str) -> str:
    """Return a module's text in C++."""
    structures: dict[str, str] = {}
    for one in re.finditer(r"\{ (\w+(?:, \w+)+) \}", module):
        parts = one[1].split(", ")
        fields = " ".join(f"{kind(part)} f{number};" for number, part in enumerate(parts))
        structures[kind(one[0])] = f"struct {kind(one[0])} {{ {fields} }};"
    out = [HEAD, *structures.values()]
    for name, cells in re.findall(r"^(@\w+) = internal constant \[\d+ x \w+\] \[(.*)\]$", module, re.M):
        values = typed(cells)
        listed = ", ".join(operand(word) for _, word in values)
        out.append(f"static {kind(values[0][0])} {operand(name)}_[] = {{ {listed} }};")
        out.append(f"static char *const {operand(name)} = (char *){operand(name)}_;")
    for head, body in re.findall(r"^define ([^\n]*) \{\n(.*?)^\}", module, re.M | re.S):
        found = re.fullmatch(rf"(?:internal )?({TYPE}) (@\S+?)\((.*)\)", head.strip())
        assert found is not None, head
        arguments = ", ".join(f"{kind(part)} {operand(word)}" for part, word in typed(found[3]))
        inner = "\n    ".join(statements([one for one in body.splitlines() if one != "entry:"]))
        out.append(f"static {kind(found[1])} {operand(found[2])}({arguments}) {{\n    {inner}\n}}")
    return "\n".join([*out, TAIL])


class Yardstick:
    """The ensemble's runs, done by g++.

    Parameters
    ----------
    plan
        What is run.
    folder
        Where source and library are put.
    flags
        How it is compiled; none of them may touch the order of operations.
    """

    def __init__(self, plan: Plan, folder: Path, flags: tuple[str, ...] = FLAGS) -> None:
        self.plan = plan
        wanted, _ = request(plan, np.arange(1), np.zeros((1, 0)), np.zeros(1, np.int64), ())
        call = Workspace(load(), plan).runs(0, wanted)
        program = Program()
        program.entry(compiled.week().run_many.plain, tuple(map(type_of, call.arguments)), "entry")
        path = folder / "week.cpp"
        path.write_text(source(str(program)))
        library = folder / f"week{next(_NUMBERS)}.so"
        for threads in (["-fopenmp"], []):
            command = [compiler(), *flags, *EXACT, *threads, str(path), "-o", str(library)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                break
        else:
            raise RuntimeError(done.stderr)
        self._lanes: Any = ctypes.CDLL(str(library)).lanes

    def simulate(self, seed: int, replicates: Any, threads: int = 1) -> Block:
        """Run the plan once for each replicate, as `ensemble.simulate` does."""
        runs = len(replicates)
        case = np.concatenate([self.plan.parameters, self.plan.world])[None, :]
        wanted, block = request(self.plan, replicates, case, np.zeros(runs, np.int64), ())
        calls = [Workspace(load(), self.plan).runs(seed, wanted) for _ in range(threads)]
        words = (ctypes.c_void_p * threads)(*(one.words.ctypes.data for one in calls))
        batch = max(1, min(BATCH, runs // (4 * threads)))
        self._lanes(words, *(ctypes.c_long(one) for one in (threads, runs, batch)))
        return block


_NUMBERS = count()


def compiler() -> str | None:
    """Return where g++ is, if it is anywhere."""
    return shutil.which("g++")

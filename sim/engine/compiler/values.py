"""What compiled code works on: numbers, records, arrays and tuples of them, and what is known beforehand.

Every type is a row of machine words, so that a tuple of arrays is handed over as the words of all of them.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Number:
    """A number in a register: `f64`, `i64`, `u64` or `bool`."""

    kind: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The machine types of its words."""
        return ({"f64": "double", "bool": "i1"}.get(self.kind, "i64"),)


@dataclass(frozen=True)
class Record:
    """A record in memory: its address."""

    dtype: np.dtype[Any]

    @property
    def parts(self) -> tuple[str, ...]:
        """The machine types of its words."""
        return ("ptr",)


@dataclass(frozen=True)
class Array:
    """An array in memory: address, lengths, and the strides in bytes of all axes but `unit`.

    Along `unit` elements lie side by side, which lets a loop take several at a time; None for no axis.
    """

    dtype: np.dtype[Any]
    ndim: int
    unit: int | None

    @property
    def parts(self) -> tuple[str, ...]:
        """The machine types of its words."""
        return ("ptr", *["i64"] * (2 * self.ndim - (self.unit is not None)))


@dataclass(frozen=True)
class Group:
    """A tuple, its parts one after the other; `names` where it is a named one."""

    items: tuple[Type, ...]
    names: tuple[str, ...] | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The machine types of its words."""
        return tuple(part for one in self.items for part in one.parts)


@dataclass(frozen=True, eq=False)
class Known:
    """Something of Python's that compiled code names and never holds: a function, a module, a type."""

    value: Any
    parts: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


Type = Number | Record | Array | Group | Known
FLOAT, INT, WORD, BOOL = Number("f64"), Number("i64"), Number("u64"), Number("bool")
NOTHING = Group(())

#: How a number lies in memory: machine type there, the type that it has in a register.
STORED: dict[str, tuple[str, Number]] = {
    "f8": ("double", FLOAT),
    "i8": ("i64", INT),
    "u8": ("i64", WORD),
    **{f"{sign}{size}": (f"i{8 * size}", INT) for sign in "iu" for size in (1, 2, 4)},
}


@dataclass(frozen=True)
class Value:
    """A value: its type, the operands that hold its words, and what it is where that is known beforehand."""

    type: Type
    words: tuple[str, ...]
    known: Any = None


def stored(dtype: np.dtype[Any]) -> tuple[str, Number]:
    """Return how a number of this type lies in memory, and the type that it has in a register."""
    return STORED[f"{dtype.kind}{dtype.itemsize}"]


def array_type(array: np.ndarray[Any, Any]) -> Array:
    """Return the type of an array; the axis along which elements lie side by side is told by its strides.

    Where lengths of 0 or 1 leave that open it is the last one, unless the first has the stride of an element.
    """
    size, strides = array.itemsize, array.strides
    if array.ndim == 1:
        return Array(array.dtype, 1, 0 if strides[0] == size or len(array) < 2 else None)
    if array.size == 0 or array.shape[-1] < 2:
        return Array(array.dtype, array.ndim, array.ndim - 1)
    unit = 0 if strides[0] == size else array.ndim - 1 if strides[-1] == size else None
    return Array(array.dtype, array.ndim, unit)


def type_of(value: Any) -> Type:
    """Return the type of what Python hands over: whole numbers, floats, arrays, tuples."""
    if isinstance(value, np.ndarray):
        return array_type(value)
    if isinstance(value, tuple):
        return Group(tuple(map(type_of, value)), getattr(value, "_fields", None))
    if isinstance(value, np.void):
        return Record(value.dtype)
    if isinstance(value, np.uint64):
        return WORD
    return FLOAT if isinstance(value, float) else INT


def words_of(value: Any, words: list[int]) -> None:
    """Append the words of what Python hands over, as its type lays them out; a float's are its bits."""
    if isinstance(value, np.ndarray):
        unit = array_type(value).unit
        words.append(value.ctypes.data)
        words.extend(value.shape)
        words.extend(stride for axis, stride in enumerate(value.strides) if axis != unit)
    elif isinstance(value, tuple):
        for one in value:
            words_of(one, words)
    elif isinstance(value, np.void):
        words.append(value.__array_interface__["data"][0])
    elif isinstance(value, float):
        words.append(int.from_bytes(struct.pack("=d", value), sys.byteorder))
    else:
        words.append(int(value))

"""Randomness that is addressed, not consumed.

Every number has an address: seed, purpose (a name), replicate, index (a week or a citizen). It is
Philox4x64-10 with key (seed, hash of the purpose) and counter (index // 4, replicate), word
index % 4: NumPy's own generator, bit for bit. Nobody's draw moves when somebody else's is added.

The laws are made of additions, multiplications and divisions alone, logarithm included, so that a
draw has the same bits on every processor and the loops over weeks run several weeks at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

LAWS = {"uniform": 0, "normal": 1, "gumbel": 2}

_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_11, _12, _52 = np.uint64(11), np.uint64(12), np.int64(52)
_UNIT = 1.0 / 9007199254740992.0
_STEP = 1.0 / 4503599627370496.0
_ROOT_HALF = np.int64(0x3FE6A09E667F3BCD)
_TAIL = 0.0019304541362277093  # exp(-6.25)
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10


def purpose_hash(purpose: str) -> int:
    """Return the 64-bit key of a purpose's name (BLAKE2b)."""
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little")


def purpose_hashes(purposes: Sequence[str]) -> NDArray[np.uint64]:
    """Return the keys of several purposes, in order."""
    return np.array([purpose_hash(one) for one in purposes], dtype=np.uint64)


def _build_high(typing: Any, a: Any, b: Any) -> tuple[Any, Callable[..., Any]]:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), build


def _build_bits(typing: Any, x: Any) -> tuple[Any, Callable[..., Any]]:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), build


def _build_float(typing: Any, x: Any) -> tuple[Any, Callable[..., Any]]:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), build


#: Upper half of the product of two 64-bit words; bits of a float; float of these bits. Compiled code only.
_high: Any = intrinsic(_build_high)
_bits: Any = intrinsic(_build_bits)
_float: Any = intrinsic(_build_float)


@njit(nogil=True)
def philox(seed: np.uint64, purpose: np.uint64, replicate: np.uint64, out: NDArray[np.uint64]) -> None:
    """Fill `out`, whose length is a multiple of four, with the words of Philox4x64-10, in place."""
    for block in range(len(out) // 4):
        c0, c1, c2, c3 = np.uint64(block + 1), replicate, np.uint64(0), np.uint64(0)
        k0, k1 = seed, purpose
        for _ in range(10):
            high0, low0 = _high(_M0, c0), _M0 * c0
            high1, low1 = _high(_M1, c2), _M1 * c2
            c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
            k0 += _W0
            k1 += _W1
        out[4 * block], out[4 * block + 1], out[4 * block + 2], out[4 * block + 3] = c0, c1, c2, c3


@njit(nogil=True, error_model="numpy", forceinline=True)
def natural_log(x: float) -> float:
    """Return log(x) for a positive, normal, finite `x`, within one unit in the last place.

    x = 2^k m with m from sqrt(1/2) to sqrt(2), and log m = 2 artanh(s), s = (m - 1) / (m + 1),
    by its series; the rounding of 2 s is made good by writing it as (m - 1) - s (m - 1).
    """
    bits = _bits(x)
    k = (bits - _ROOT_HALF) >> _52
    f = _float(bits - (k << _52)) - 1.0
    e = np.float64(k)
    s = f / (2.0 + f)
    z = s * s
    r = z * (2 / 13 + z * (2 / 15 + z * (2 / 17 + z * (2 / 19 + z * (2 / 21)))))
    r = z * (2 / 3 + z * (2 / 5 + z * (2 / 7 + z * (2 / 9 + z * (2 / 11 + r)))))
    return float(e * _LN2_HIGH + (f - (s * (f - r) - e * _LN2_LOW)))


@njit(nogil=True, error_model="numpy", forceinline=True)
def normal_centre(u: float) -> float:
    """Return the quantile of the standard normal law where 4 u (1 - u) is above `_TAIL`.

    Giles (2010), "Approximating the erfinv function": one polynomial in log(4 u (1 - u)) for 99.9 % of draws.
    """
    x = 2.0 * u - 1.0
    w = -natural_log(4.0 * u * (1.0 - u)) - 3.125
    y = -3.64441206401782e-21
    y = y * w - 1.6850591381820166e-19
    y = y * w + 1.28584807152564e-18
    y = y * w + 1.1157877678025181e-17
    y = y * w - 1.333171662854621e-16
    y = y * w + 2.0972767875968562e-17
    y = y * w + 6.637638134358324e-15
    y = y * w - 4.054566272975207e-14
    y = y * w - 8.151934197605472e-14
    y = y * w + 2.6335093153082323e-12
    y = y * w - 1.2975133253453532e-11
    y = y * w - 5.415412054294628e-11
    y = y * w + 1.0512122733215323e-09
    y = y * w - 4.112633980346984e-09
    y = y * w - 2.9070369957882005e-08
    y = y * w + 4.2347877827932404e-07
    y = y * w - 1.3654692000834679e-06
    y = y * w - 1.3882523362786469e-05
    y = y * w + 0.00018673420803405714
    y = y * w - 0.000740702534166267
    y = y * w - 0.006033670871430149
    y = y * w + 0.24015818242558962
    y = y * w + 1.6536545626831027
    return 1.4142135623730951 * x * y


@njit(nogil=True, error_model="numpy")
def normal_tail(u: float) -> float:
    """Return that quantile in the tails: Wichura's AS 241 (1988)."""
    q = u - 0.5
    r = u if q < 0.0 else 1.0 - u
    r = np.sqrt(-natural_log(r))
    # fmt: off
    if r <= 5.0:
        r -= 1.6
        num = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
            + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r
            + 5.76949722146069140550e0) * r + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)
        den = (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
            + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r
            + 1.67638483018380384940e0) * r + 2.05319162663775882187e0) * r + 1.0)
    else:
        r -= 5.0
        num = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
            + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r
            + 1.78482653991729133580e0) * r + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)
        den = (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
            + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r
            + 1.36929880922735805310e-1) * r + 5.99832206555887937690e-1) * r + 1.0)
    # fmt: on
    return float(-num / den if q < 0.0 else num / den)


@njit(nogil=True, error_model="numpy")
def draw_line(
    seed: int,
    purpose: np.uint64,
    law: int,
    replicate: int,
    words: NDArray[np.uint64],
    out: NDArray[np.float64],
) -> None:
    """Fill `out` with the draws of one purpose, in place; `words` is scratch of the same length.

    Uniforms are NumPy's, in [0, 1). The other laws are quantiles at midpoints of 2^52 equal cells of
    (0, 1), so that no draw is infinite.
    """
    philox(np.uint64(seed), purpose, np.uint64(replicate), words)
    if law == 0:
        for i in range(len(out)):
            out[i] = np.float64(words[i] >> _11) * _UNIT
        return
    for i in range(len(out)):
        out[i] = (np.float64(words[i] >> _12) + 0.5) * _STEP
    if law == 1:
        for i in range(len(out)):
            out[i] = normal_centre(out[i])
        for i in range(len(out)):  # apart, since the centre's loop takes several weeks at a time
            u = (np.float64(words[i] >> _12) + 0.5) * _STEP
            if 4.0 * u * (1.0 - u) <= _TAIL:
                out[i] = normal_tail(u)
    else:
        for i in range(len(out)):
            out[i] = -natural_log(-natural_log(out[i]))


@njit(nogil=True, error_model="numpy")
def fill(
    seed: int,
    purposes: NDArray[np.uint64],
    laws: NDArray[np.int64],
    replicate: int,
    out: NDArray[np.float64],
) -> None:
    """Fill `out` (indices x purposes) with addressed draws of each purpose's law, in place."""
    size = out.shape[0]
    length = 4 * ((size + 3) // 4)
    words, line = np.empty(length, np.uint64), np.empty(length)
    for j in range(out.shape[1]):
        draw_line(seed, purposes[j], laws[j], replicate, words, line)
        for i in range(size):
            out[i, j] = line[i]


def uniform_at(seed: int, purpose: str, replicate: int, indices: int) -> NDArray[np.float64]:
    """Return the first `indices` uniforms of a purpose, shape (indices,), each in [0, 1)."""
    out = np.empty((indices, 1))
    fill(seed, purpose_hashes([purpose]), np.zeros(1, np.int64), replicate, out)
    return out[:, 0]

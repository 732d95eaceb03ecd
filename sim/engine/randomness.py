"""Randomness that is addressed, not consumed.

Every number has an address: seed, purpose (a name), replicate, branch, index (a week or a citizen). The
words are Philox4x64-10's with key (seed, hash of the purpose) and counter (index // 4, replicate, branch):
NumPy's own generator, bit for bit. Nobody's draw moves when somebody else's is added. The branch is 0
but for runs that were stopped and go on with other chance than their own.

A uniform takes a word and is NumPy's too. Normal and Gumbel draws take half a word each, low half
first: 2^32 cells are finer than any law of this model has to be. Their quantiles are made of
additions, multiplications, divisions and square roots alone, so that a draw has the same bits on
every processor and the loops over weeks run several weeks at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.engine.compiler.kernels import kernel
from sim.engine.compiler.primitives import bits, from_bits, product

LAWS = {"uniform": 0, "normal": 1, "gumbel": 2}

_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_11, _20, _32, _52 = np.uint64(11), np.uint64(20), np.uint64(32), np.uint64(52)
_UNIT = 1.0 / 9007199254740992.0
_LOW = np.uint64(0xFFFFFFFF)
#: Bits of 1 + 2^-33, of the root of a half, of 1, and of 2^52: for whole numbers made floats by their bits.
_MIDDLE, _ROOT_HALF = np.uint64(0x3FF0000000080000), np.uint64(0x3FE6A09E667F3BCD)
_ONE, _WIDE = np.uint64(0x3FF0000000000000), np.uint64(0x4330000000000000)
_LN2 = 0.6931471805599453
#: Cells of the normal law's tails on either side, where 4 u (1 - u) is at most exp(-6.25), and all others.
_TAIL, _CENTRE = np.uint64(2_073_811), np.uint64(2**32 - 2 * 2_073_811)


@lru_cache(maxsize=4096)
def purpose_hash(purpose: str) -> int:
    """Return the 64-bit key of a purpose's name (BLAKE2b)."""
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little")


def purpose_hashes(purposes: Sequence[str]) -> NDArray[np.uint64]:
    """Return the keys of several purposes, in order."""
    return np.array([purpose_hash(one) for one in purposes], dtype=np.uint64)


@kernel
def philox(
    seed: np.uint64,
    purpose: np.uint64,
    replicate: np.uint64,
    branch: np.uint64,
    first: int,
    out: NDArray[np.uint64],
) -> None:
    """Fill `out` with the words of Philox4x64-10 from block `first` on (four words a block), in place."""
    for block in range(len(out) // 4):
        c0, c1, c2, c3 = np.uint64(first + block + 1), replicate, branch, np.uint64(0)
        k0, k1 = seed, purpose
        for _ in range(10):
            high0, low0 = product(_M0, c0)
            high1, low1 = product(_M1, c2)
            c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
            k0 += _W0
            k1 += _W1
        out[4 * block], out[4 * block + 1], out[4 * block + 2], out[4 * block + 3] = c0, c1, c2, c3


@kernel
def natural_log(x: float) -> float:
    """Return log(x) for a positive, normal, finite `x`, within 2e-11 of its size.

    x = 2^k m with m from sqrt(1/2) to sqrt(2), and log m = 2 artanh(s), s = (m - 1) / (m + 1), by a
    polynomial fitted to its series.
    """
    word = bits(x)
    biased = (word + (_ONE - _ROOT_HALF)) >> _52
    f = from_bits(word - ((biased << _52) - _ONE)) - 1.0
    k = from_bits(biased | _WIDE) - 4503599627371519.0
    s = f / (2.0 + f)
    z = s * s
    r = 0.6666666655378406 + z * (0.4000012227736827 + z * (0.2855078110673708 + z * 0.23331367483754234))
    return float(k * _LN2 + (2.0 * s + s * (z * r)))


@kernel
def normal_centre(u: float) -> float:
    """Return the quantile of the standard normal law outside its tails, within 1e-9.

    The form is Giles's (2010), "Approximating the erfinv function": one polynomial in log(4 u (1 - u)),
    here fitted anew to 99.9 % of draws.
    """
    w = -natural_log(4.0 * u * (1.0 - u)) - 3.125
    y = 1.8203608049561308e-12
    y = y * w - 1.751344968806958e-11
    y = y * w - 4.999683433285371e-11
    y = y * w + 1.4579735011954199e-09
    y = y * w - 6.0089728436250165e-09
    y = y * w - 4.087015541709433e-08
    y = y * w + 5.996456365960699e-07
    y = y * w - 1.9319850848259363e-06
    y = y * w - 1.963438345867278e-05
    y = y * w + 0.00026408364228550345
    y = y * w - 0.0010475101988500072
    y = y * w - 0.008532900188677936
    y = y * w + 0.3396349583452841
    y = y * w + 2.3386207101301872
    return float((2.0 * u - 1.0) * y)


@kernel
def normal_tail(u: float) -> float:
    """Return that quantile in the tails: Wichura's AS 241 (1988)."""
    q = u - 0.5
    r = u if q < 0.0 else 1.0 - u
    r = np.sqrt(-natural_log(r))
    if r <= 5.0:
        r -= 1.6
        num = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
        num = num * r + 2.41780725177450611770e-1
        num = num * r + 1.27045825245236838258e0
        num = num * r + 3.64784832476320460504e0
        num = num * r + 5.76949722146069140550e0
        num = num * r + 4.63033784615654529590e0
        num = num * r + 1.42343711074968357734e0
        den = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
        den = den * r + 1.51986665636164571966e-2
        den = den * r + 1.48103976427480074590e-1
        den = den * r + 6.89767334985100004550e-1
        den = den * r + 1.67638483018380384940e0
        den = den * r + 2.05319162663775882187e0
        den = den * r + 1.0
    else:
        r -= 5.0
        num = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        num = num * r + 1.24266094738807843860e-3
        num = num * r + 2.65321895265761230930e-2
        num = num * r + 2.96560571828504891230e-1
        num = num * r + 1.78482653991729133580e0
        num = num * r + 5.46378491116411436990e0
        num = num * r + 6.65790464350110377720e0
        den = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
        den = den * r + 1.84631831751005468180e-5
        den = den * r + 7.86869131145613259100e-4
        den = den * r + 1.48753612908506148525e-2
        den = den * r + 1.36929880922735805310e-1
        den = den * r + 5.99832206555887937690e-1
        den = den * r + 1.0
    return float(-num / den if q < 0.0 else num / den)


def _midpoint(half: np.uint64) -> float:
    """Return the middle of one of 2^32 equal cells of (0, 1)."""
    return float(from_bits(_MIDDLE | (half << _20)) - 1.0)


@kernel
def _in_tail(half: np.uint64) -> bool:
    return bool(half - _TAIL >= _CENTRE)  # below the tail's end the difference wraps round to a large number


@kernel
def draw_line(
    seed: int,
    purpose: np.uint64,
    law: int,
    replicate: int,
    branch: int,
    first: int,
    words: NDArray[np.uint64],
    line: NDArray[np.float64],
) -> None:
    """Fill `line` with the draws of one purpose from index `first` on, in place.

    Its length and `first` are multiples of eight. Uniforms are NumPy's, in [0, 1). The other laws are
    quantiles at midpoints of 2^32 equal cells of (0, 1), so that no draw is infinite. `words` is scratch of
    the same length.
    """
    if law == 0:
        philox(np.uint64(seed), purpose, np.uint64(replicate), np.uint64(branch), first // 4, words)
        for i in range(len(line)):
            line[i] = np.float64(words[i] >> _11) * _UNIT
        return
    half = words[: len(line) // 2]
    philox(np.uint64(seed), purpose, np.uint64(replicate), np.uint64(branch), first // 8, half)
    for i in range(len(half)):
        line[2 * i] = _midpoint(half[i] & _LOW)
        line[2 * i + 1] = _midpoint(half[i] >> _32)
    if law == 1:
        for i in range(len(line)):
            line[i] = normal_centre(line[i])
        tails = 0  # apart, since the other loops take several weeks at a time
        for i in range(len(half)):
            tails += int(_in_tail(half[i] & _LOW)) + int(_in_tail(half[i] >> _32))
        for i in range(len(half) if tails > 0 else 0):
            if _in_tail(half[i] & _LOW):
                line[2 * i] = normal_tail(_midpoint(half[i] & _LOW))
            if _in_tail(half[i] >> _32):
                line[2 * i + 1] = normal_tail(_midpoint(half[i] >> _32))
    else:
        for i in range(len(line)):
            line[i] = -natural_log(-natural_log(line[i]))


def scratch(indices: int) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Return room for the draws of one purpose at so many indices."""
    length = 8 * ((indices + 7) // 8)
    return np.empty(length, np.uint64), np.empty(length)


@kernel
def fill(
    seed: int,
    purposes: NDArray[np.uint64],
    laws: NDArray[np.int64],
    replicate: int,
    branch: int,
    first: int,
    words: NDArray[np.uint64],
    line: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Fill `out` (indices x purposes) with addressed draws of each purpose's law, in place.

    Its first row has the index `first`, a multiple of eight. `words` and `line` are scratch for at least
    as many indices as it has rows.
    """
    length = 8 * ((out.shape[0] + 7) // 8)
    words, line = words[:length], line[:length]
    for j in range(out.shape[1]):
        draw_line(seed, purposes[j], laws[j], replicate, branch, first, words, line)
        for i in range(out.shape[0]):
            out[i, j] = line[i]


def draws(
    seed: int, purposes: Sequence[str], laws: Sequence[str], replicate: int, indices: int, branch: int = 0
) -> NDArray[np.float64]:
    """Return the draws of several purposes, shape (indices, purposes)."""
    out = np.empty((indices, len(purposes)))
    numbers = np.array([LAWS[law] for law in laws], np.int64)
    fill(seed, purpose_hashes(purposes), numbers, replicate, branch, 0, *scratch(indices), out)
    return out

"""Randomness that is addressed, not consumed.

Every number has an address: seed, purpose (a name), replicate, index (a week or a citizen). It is
Philox4x64-10 with key (seed, hash of the purpose) and counter (index // 4, replicate), word
index % 4: NumPy's own generator, bit for bit. Nobody's draw moves when somebody else's is added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

LAWS = {"uniform": 0, "normal": 1, "gumbel": 2}

_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_LOW, _32, _11, _1 = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(11), np.uint64(1)
_UNIT = 1.0 / 9007199254740992.0


def purpose_hash(purpose: str) -> int:
    """Return the 64-bit key of a purpose's name (BLAKE2b)."""
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little")


def purpose_hashes(purposes: Sequence[str]) -> NDArray[np.uint64]:
    """Return the keys of several purposes, in order."""
    return np.array([purpose_hash(one) for one in purposes], dtype=np.uint64)


@njit(cache=True, nogil=True)
def _high(a: np.uint64, b: np.uint64) -> np.uint64:
    a0, a1, b0, b1 = a & _LOW, a >> _32, b & _LOW, b >> _32
    middle = a1 * b0 + ((a0 * b0) >> _32)
    other = a0 * b1 + (middle & _LOW)
    return a1 * b1 + (middle >> _32) + (other >> _32)


@njit(cache=True, nogil=True)
def philox(seed: np.uint64, purpose: np.uint64, block: np.uint64, replicate: np.uint64, out: NDArray[np.uint64]) -> None:
    """Write the four words of one Philox4x64-10 block to `out`, as NumPy draws them."""
    c0, c1, c2, c3 = block + _1, replicate, np.uint64(0), np.uint64(0)
    k0, k1 = seed, purpose
    for _ in range(10):
        high0, low0 = _high(_M0, c0), _M0 * c0
        high1, low1 = _high(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 += _W0
        k1 += _W1
    out[0], out[1], out[2], out[3] = c0, c1, c2, c3


@njit(cache=True, nogil=True, error_model="numpy")
def normal_quantile(u: float) -> float:
    """Return the quantile of the standard normal law at `u` in (0, 1): Wichura's AS 241 (1988)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        num = (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
            + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.3871328727963666080e0)  # fmt: skip
        den = (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
            + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
            + 4.2313330701600911252e1) * r + 1.0)  # fmt: skip
        return q * num / den
    r = u if q < 0.0 else 1.0 - u
    r = np.sqrt(-np.log(r))
    if r <= 5.0:
        r -= 1.6
        num = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
            + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
            + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)  # fmt: skip
        den = (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
            + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
            + 2.05319162663775882187e0) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        num = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
            + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
            + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)  # fmt: skip
        den = (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
            + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
            + 5.99832206555887937690e-1) * r + 1.0)  # fmt: skip
    return -num / den if q < 0.0 else num / den


@njit(cache=True, nogil=True, error_model="numpy")
def fill(seed: int, purposes: NDArray[np.uint64], laws: NDArray[np.int64], replicate: int, out: NDArray[np.float64]) -> None:
    """Fill `out` (indices x purposes) with addressed draws of each purpose's law, in place."""
    words = np.empty(4, np.uint64)
    size = out.shape[0]
    for j in range(out.shape[1]):
        for block in range((size + 3) // 4):
            philox(np.uint64(seed), purposes[j], np.uint64(block), np.uint64(replicate), words)
            for lane in range(min(4, size - 4 * block)):
                u = np.float64(words[lane] >> _11) * _UNIT
                if laws[j] == 1:
                    u = normal_quantile(u + 0.5 * _UNIT)
                elif laws[j] == 2:
                    u = -np.log(-np.log(u + 0.5 * _UNIT))
                out[4 * block + lane, j] = u


def uniform_at(seed: int, purpose: str, replicate: int, indices: int) -> NDArray[np.float64]:
    """Return the first `indices` uniforms of a purpose, shape (indices,), each in [0, 1)."""
    out = np.empty((indices, 1))
    fill(seed, purpose_hashes([purpose]), np.zeros(1, np.int64), replicate, out)
    return out[:, 0]

"""Where an experiment looks: base points of a design, and the cases and draws that come of them.

A *base point* is one value for everything uncertain. A *case* is a base point under one setting, an
alternative of each condition and lever; cases of a base point are neighbours: case = base x settings +
setting. A *group* is what is compared with each other: the settings of one base point, and with them the
points of one Saltelli block or Morris trajectory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError
from sim.study.ensemble.cases import region
from sim.study.experiment.experiment import CHOICES, Experiment
from sim.study.experiment.keys import MOST_CASES
from sim.study.experiment.laws import Law

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Most numbers of a design, cases by what varies: 0.4 GB, and methods hold several copies while they draw.
MOST_NUMBERS = 50_000_000
#: Rounds of drawing after which constraints are said to leave too little.
MOST_ROUNDS = 1000


@dataclass(frozen=True)
class Base:
    """The base points of an experiment.

    names : (k,) what varies, in order
    values : (points, k); numbers of the alternatives where a law is categorical
    shares : (points, k) the same as shares in [0, 1] of each law; NaN where the design has none
    group : (points,) which group each belongs to, from 0
    drawn, kept : points that were drawn, and those that met the constraints
    """

    names: tuple[str, ...]
    values: Floats
    shares: Floats
    group: Ints
    drawn: int
    kept: int

    @property
    def hash(self) -> str:
        """Hash of the values, to compare what two machines drew."""
        return hashlib.blake2b(np.ascontiguousarray(self.values).tobytes(), digest_size=16).hexdigest()


def points(experiment: Experiment) -> int:
    """Return the number of base points, without drawing them; before rejection on a grid."""
    laws, size = experiment.laws, experiment.size
    if experiment.table is not None:
        return len(experiment.table.rows)
    if experiment.method == "grid" or not laws:
        return prod(len(one.grid(experiment.levels)) for one in laws.values())
    if experiment.method == "saltelli":
        return size * ((2 * len(laws) + 2) if experiment.second_order else (len(laws) + 2))
    return size * (len(laws) + 1) if experiment.method == "morris" else size


def base(experiment: Experiment) -> Base:
    """Draw the base points of an experiment: the same for the same experiment.

    Raises
    ------
    ScenarioError
        Too many points, or constraints that leave too few.
    """
    if (count := points(experiment)) * len(experiment.alternatives) > MOST_CASES:
        raise ScenarioError(
            f"expected at most {MOST_CASES:,} cases, found {count * len(experiment.alternatives):,}; "
            "take a smaller size or fewer levels"
        )
    cases = count * len(experiment.alternatives)
    wide = len(experiment.laws) + len(experiment.pieces)
    if cases * wide > MOST_NUMBERS:
        raise ScenarioError(
            f"expected a design of at most {MOST_NUMBERS:,} numbers, found {cases * wide:,} "
            f"({cases:,} cases by {wide:,} values that vary, {cases * wide * 8 / 1e9:.1f} GB); "
            "take a smaller size, leave out second_order, or vary less"
        )
    if experiment.table is not None:
        return _table(experiment)
    if experiment.method == "grid" or not experiment.laws:
        return _grid(experiment)
    k = len(experiment.laws)
    rounds: dict[str, Callable[[int], Floats]] = {
        "lhs": lambda n: _hypercube(experiment, n),
        "search": lambda n: _hypercube(experiment, n),
        "sobol": _sobol(experiment),
        "saltelli": lambda n: _saltelli(experiment),
        "morris": lambda n: _morris(experiment, n),
    }
    width = {"saltelli": count // max(experiment.size, 1), "morris": k + 1}.get(experiment.method, 1)
    draw = rounds[experiment.method]
    return _accepted(experiment, lambda n: _in_region(experiment, draw(n), n), width)


def _accepted(experiment: Experiment, draw: Callable[[int], Floats], width: int) -> Base:
    """Draw rounds of `size` groups of `width` points until `size` groups meet the constraints."""
    kept: list[Floats] = []
    have = drawn = 0
    for number in range(MOST_ROUNDS):
        shares = draw(number)
        drawn += len(shares)
        good = allowed(experiment, _values(experiment, shares)).reshape(-1, width).all(axis=1)
        kept.append(shares.reshape(-1, width, shares.shape[1])[good])
        have += int(good.sum())
        if have >= experiment.size:
            break
    else:
        raise ScenarioError(
            f"the constraints reject nearly every case: {have:,} of {drawn // width:,} met them, "
            f"{experiment.size:,} are needed; loosen them or narrow the ranges"
        )
    accepted = np.concatenate(kept)
    shares = accepted[: experiment.size].reshape(-1, accepted.shape[2])
    group = np.arange(len(shares)) // width
    return Base(tuple(experiment.laws), _values(experiment, shares), shares, group, drawn, have * width)


def _in_region(experiment: Experiment, shares: Floats, number: int) -> Floats:
    """Put into the points of a round those of the experiment's region, each a whole one."""
    if experiment.region is None:
        return shares
    first = number * len(shares)
    joint, _ = region(first + len(shares), experiment.seed, experiment.region)
    for k, name in enumerate(experiment.laws):
        if name in joint:
            shares[:, k] = joint[name][first:]
    return shares


def _values(experiment: Experiment, shares: Floats) -> Floats:
    columns = [one.quantile(shares[:, k]) for k, one in enumerate(experiment.laws.values())]
    return np.column_stack(columns) if columns else np.zeros((len(shares), 0))


def allowed(experiment: Experiment, values: Floats) -> NDArray[np.bool_]:
    """Return which points meet every constraint; a margin of rounding counts as met."""
    names = list(experiment.laws)
    good = np.ones(len(values), bool)
    for one in experiment.constraints:
        total = np.zeros(len(values))
        for name, weight in one.weights.items():
            total += weight * values[:, names.index(name)]
        if one.high is not None:
            good &= total <= one.high + 1e-12 * max(1.0, abs(one.high))
        if one.low is not None:
            good &= total >= one.low - 1e-12 * max(1.0, abs(one.low))
    return good


# One function a method


def _stream(experiment: Experiment, purpose: str) -> np.random.Generator:
    address = hashlib.blake2b(purpose.encode(), digest_size=8).digest()
    # A sequence rather than a key, because scipy asks its generator for children.
    key = np.random.SeedSequence([experiment.seed, int.from_bytes(address, "little")])
    return np.random.Generator(np.random.Philox(key))


def _hypercube(experiment: Experiment, number: int) -> Floats:
    from scipy.stats import qmc

    engine = qmc.LatinHypercube(len(experiment.laws), rng=_stream(experiment, f"sweep/lhs/{number}"))
    return np.asarray(engine.random(experiment.size))


def _sobol(experiment: Experiment) -> Callable[[int], Floats]:
    from scipy.stats import qmc

    engine = qmc.Sobol(len(experiment.laws), scramble=True, rng=_stream(experiment, "sweep/sobol"))
    return lambda number: np.asarray(engine.random(experiment.size))


def problem(names: tuple[str, ...]) -> dict[str, object]:
    """Return what SALib calls a problem, over the shares of each law."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _saltelli(experiment: Experiment) -> Floats:
    from SALib.sample import sobol

    seed = int(_stream(experiment, "sweep/saltelli").integers(2**31))
    return np.asarray(
        sobol.sample(
            problem(tuple(experiment.laws)),
            experiment.size,
            calc_second_order=experiment.second_order,
            seed=seed,
        )
    )


def _morris(experiment: Experiment, number: int) -> Floats:
    from SALib.sample import morris

    seed = int(_stream(experiment, f"sweep/morris/{number}").integers(2**31))
    levels = experiment.levels or 4
    return np.asarray(morris.sample(problem(tuple(experiment.laws)), experiment.size, levels, seed=seed))


def _grid(experiment: Experiment) -> Base:
    axes = [one.grid(experiment.levels) for one in experiment.laws.values()]
    mesh = np.meshgrid(*axes, indexing="ij")
    values = np.column_stack([one.ravel() for one in mesh]) if axes else np.zeros((1, 0))
    good = allowed(experiment, values)
    if not good.any():
        raise ScenarioError("the constraints reject every point of the grid; loosen them")
    return _given(experiment, values[good], np.arange(int(good.sum())), len(values))


def _table(experiment: Experiment) -> Base:
    table = experiment.table
    assert table is not None
    laws = experiment.laws
    values = np.array(
        [
            [
                laws[name].names.index(str(one)) if name in CHOICES else float(one)
                for name, one in zip(table.columns, row, strict=True)
            ]
            for row in table.rows
        ],
        dtype=np.float64,
    ).reshape(len(table.rows), len(table.columns))
    good = allowed(experiment, values)
    if not good.all():
        first = int(np.flatnonzero(~good)[0]) + 1
        raise ScenarioError(f"case {first} of the file does not meet the constraints; drop it or loosen them")
    return _given(experiment, values, np.array(table.groups, np.int64), len(values))


def _given(experiment: Experiment, values: Floats, group: Ints, drawn: int) -> Base:
    shares = np.full(values.shape, np.nan)
    return Base(tuple(experiment.laws), values, shares, group, drawn, len(values))


def text(law: Law, value: float) -> float | str:
    """Return a value of a law as people know it: the name of an alternative, or the number."""
    return law.names[int(value)] if law.names else float(value)

"""Screening: which uncertain values move any outcome over their ranges, with chance taken out.

`python -m sim.analysis.past.screening` writes the file beside `sim.model.screened`. From each of many base
points, every value in turn is put where another point has it (a radial design: Campolongo, Saltelli and
Cariboni 2011), on the same chance. Half the mean square of the differences, over the outcome's variance, is
the value's total index (Jansen 1999): its own effect and all its interactions. Two halves of the chance give
each difference twice, and the mean of their products holds no noise. Values whose index lies within chance of
nothing for every outcome, or outside the largest `most`, are fixed at their defaults. What violence at the
border is made of stays uncertain by its form: it is too rare for differences between a few runs to show.

Calibration draws what screening left, so screening reads nothing of calibration: its points are of the
declared ranges, all else stands as declared. Made anew, one after the other, both come out as they were.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.past.autumn import START
from sim.engine.ensemble import Block, simulate
from sim.model import screened
from sim.model.fields import fields_read, parameters_read
from sim.model.outcomes import PATHS
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.model.week import BEFORE_OPINION
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario
from sim.study.ensemble.cases import candidates, slices, stretch
from sim.study.files import DISK, put

Floats = NDArray[np.float64]

#: Weekly variables whose means over years are outcomes.
WEEKLY = ("rhetoric", "solidarity", "approval", "tension", "ties", "rapprochement", "power_owed")

#: Drives of the law of incidents.
VIOLENCE = ("incident", "infiltration", "clash", "combat", "war")

#: What stands for the outcome of a parameter of rare events.
RARE = "violence at the border"

#: An index is beyond chance where it lies so many standard errors above nothing.
BEYOND = 3.0

#: An index below this is nothing to a reader, however surely it is there.
LEAST = 0.003


class Settings(NamedTuple):
    """Size of a screening: base points, runs of each half of the chance, most values left uncertain, seed."""

    bases: int = 40
    replicates: int = 4
    most: int = 145
    seed: int = 0


def outcomes(block: Block) -> dict[str, Floats]:
    """Return what runs are asked for, (R,) each: where they end, when contact comes, means over years."""
    ends = block.outcomes
    weeks = block.kept.shape[1] - 1
    found: dict[str, Floats] = {
        f"ends in {path}": np.asarray(ends["path"] == number, np.float64) for number, path in enumerate(PATHS)
    }
    for rung in (1, 2):
        first = ends[f"first_rapprochement_{rung}"]
        found[f"first contact, rung {rung}"] = np.where(np.isnan(first), weeks + 1.0, first)
    for name in ("clashes", "deaths", "refugees_hosted"):
        found[name] = np.asarray(ends[name], np.float64)
    for column, name in enumerate(WEEKLY):
        weekly = block.kept[:, :, column]
        found[f"{name}, autumn of 2021"] = weekly[:, 1:12].mean(axis=1)
        found[f"{name}, years one and two"] = weekly[:, 12:105].mean(axis=1)
        found[f"{name}, years three and four"] = weekly[:, 105:].mean(axis=1)
    return found


def indices(first: Floats, second: Floats, variance: float) -> tuple[Floats, Floats]:
    """Return each value's total index and its standard error.

    Parameters
    ----------
    first, second
        (bases, values) differences that a value makes, by one half of the chance and by the other.
    variance
        Of the outcome between points, chance taken out.
    """
    products = first * second / (2.0 * variance)
    return products.mean(axis=0), products.std(axis=0, ddof=1) / np.sqrt(len(products))


def screen(
    settings: Settings = Settings(),  # noqa: B008 - immutable
    note: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Say which values move an outcome; the content of the file.

    Parameters
    ----------
    note
        Told about progress, for people.
    """
    model = load()
    spec = Scenario(title="Screening", question="What moves anything?", start=START, weeks=208, citizens=0)
    varied = candidates(spec, model)
    points = {side: _points(varied, settings, side) for side in ("base", "other")}
    ready = plan(spec, model)
    row = np.array([one.uncalibrated for one in {**model.parameters, **model.world}.values()])
    places = np.array([[*model.parameters, *model.world].index(name) for name in varied])
    halves: dict[str, list[Floats]] = {}
    for number in range(settings.bases):
        rows = np.tile(row, (len(varied) + 1, 1))
        rows[:, places] = points["base"][number]
        rows[np.arange(1, len(rows)), places] = points["other"][number]
        runs = 2 * settings.replicates
        block = simulate(
            ready,
            settings.seed,
            np.repeat(np.arange(runs) + number * runs, len(rows)),
            rows,
            np.tile(np.arange(len(rows)), runs),
            keep=WEEKLY,
        )
        for name, values in outcomes(block).items():
            means = values.reshape(2, settings.replicates, len(rows)).mean(axis=1)
            halves.setdefault(name, []).append(means)
        if (number + 1) % 8 == 0:
            note(f"{number + 1} of {settings.bases} base points")
    found = {name: np.stack(each) for name, each in halves.items()}
    return content(settings, tuple(varied), found, hazards(model))


def hazards(model: Model) -> set[str]:
    """Return the parameters of the law of incidents, its own and those of the rules that push it."""
    names: set[str] = set()
    for process in BEFORE_OPINION:
        if fields_read(process)["drive"] & set(VIOLENCE):
            names |= parameters_read(process)
    for _, part in model.driving():
        mine = [push for push in part.pushes if push.target in VIOLENCE]
        names |= {push.size for push in mine} | (set(part.parameters) if mine else set())
    return names


def content(
    settings: Settings, names: Sequence[str], halves: Mapping[str, Floats], rare: Set[str] = frozenset()
) -> dict[str, Any]:
    """Return the file's content from outcomes' means.

    Parameters
    ----------
    halves
        By outcome, (bases, 2, values + 1): the base point first, then one value at a time elsewhere.
    rare
        Names that stay uncertain whatever the outcomes say.
    """
    best, of = np.zeros(len(names)), [""] * len(names)
    for outcome, means in halves.items():
        variance = float(np.cov(means[:, 0, 0], means[:, 1, 0])[0, 1])
        if not variance > 0:
            continue  # the same at every point: a class that no run ends in
        steps = means[:, :, 1:] - means[:, :, :1]
        index, error = indices(steps[:, 0], steps[:, 1], variance)
        index = np.where(index > BEYOND * error, index, 0.0)
        for k in np.flatnonzero(index > best):
            best[k], of[k] = index[k], outcome
    of = [outcome or RARE for outcome in of]
    strongest = [int(k) for k in np.argsort(-best, kind="stable") if best[k] > LEAST]
    kept = [k for k in strongest if names[k] not in rare]
    kept = kept[: settings.most - sum(name in rare for name in names)]
    order = sorted({*kept, *(k for k, name in enumerate(names) if name in rare)}, key=lambda k: (-best[k], k))
    return {
        "panj_screening": screened.FORMAT,
        **settings._asdict(),
        "moving": {names[k]: of[k] for k in order},
        "index": {names[k]: round(float(best[k]), 4) for k in order},
        "fixed": [name for k, name in enumerate(names) if k not in order],
    }


def _points(varied: Mapping[str, Quantity], settings: Settings, side: str) -> Floats:
    """Draw points of the declared ranges, (bases, values), a hypercube."""
    seed = settings.seed + (side == "other")
    columns = [
        stretch(one, slices(settings.bases, seed, f"screening/{name}")) for name, one in varied.items()
    ]
    return np.column_stack(columns)


def main() -> None:
    """Screen at full size and write the result."""
    found = screen(note=print)
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    put(DISK, {screened.FILE: text.encode()})
    print(screened.FILE)
    print(f"{len(found['moving'])} values move an outcome, {len(found['fixed'])} are fixed")


if __name__ == "__main__":
    main()

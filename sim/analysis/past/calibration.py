"""Calibration by history matching on the autumn of 2021: which assumptions can be ruled out.

`python -m sim.analysis.past.calibration` makes the two files beside `sim.model.calibrated`. Waves of Latin
hypercube points over every judgement are run on the model itself; a point is ruled out where any
target is missed by more than the cutoff (see `sim.analysis.past.autumn`). What remains is the plausible
region; its medoid, in the judgements the data touch at all, becomes the defaults.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.past.autumn import QUANTITIES, START, WEEKS, Autumn, Targets, load_targets
from sim.analysis.past.waves import PRIOR_SD, Cells, Judgements, Note, Settings, Wave, drawn, moved, rule_out
from sim.engine.ensemble import simulate
from sim.errors import ModelError
from sim.model import calibrated
from sim.model.registry import Model, load
from sim.scenario.schema import Scenario
from sim.study.files import DISK, put

Floats = NDArray[np.float64]

#: A judgement whose spread shrank by less than this share is left undetermined by the data.
SHRUNK = 0.1

#: A judgement is touched where mean or spread moved by more than so many standard errors.
TOUCHED = 4.0

#: As many as in the baseline: with the average citizen words of the autumn are harder by some .03.
CITIZENS = 500

#: Runs handed to the engine at once.
CHUNK = 65536


@dataclass(frozen=True)
class Calibration:
    """What a calibration leaves.

    names : judgements that were varied
    cells : (points, names) of the region not ruled out, as cells of each plausible range
    ratio : (names,) standard deviation in the region over that of the prior
    shift : (names,) mean in the region less that of the prior, as a share of the range
    defaults : value of each judgement that the data touch, at the medoid
    means, away : by target, mean and implausibility at the defaults
    """

    settings: Settings
    targets: Targets
    names: tuple[str, ...]
    waves: tuple[Wave, ...]
    cells: Cells
    ratio: Floats
    shift: Floats
    defaults: Mapping[str, float]
    means: Mapping[str, float]
    away: Mapping[str, float]

    @property
    def undetermined(self) -> tuple[str, ...]:
        """Judgements whose spread shrank by less than a tenth."""
        return tuple(name for name, ratio in zip(self.names, self.ratio, strict=True) if ratio > 1 - SHRUNK)


class Field(Judgements):
    """The judgements of the model as it was declared, and the autumn of 2021."""

    def __init__(self, model: Model, targets: Targets, seed: int) -> None:
        spec = Scenario(
            title="Autumn of 2021",
            question="What can be ruled out?",
            start=START,
            weeks=WEEKS,
            citizens=CITIZENS,
        )
        titles = [one.quantity for one in targets.targets]
        super().__init__(spec, model, seed, targets.cutoff, titles, CHUNK)
        self.targets = targets
        self.base = np.array([one.uncalibrated for one in {**model.parameters, **model.world}.values()])

    def part(self, rows: Floats, replicates: int) -> tuple[Floats, Floats]:
        """Judge points by the means of the autumn's quantities."""
        many = len(rows)
        # Runs of one replicate stand side by side: their chance is drawn once.
        block = simulate(
            self.plan,
            self.seed,
            np.repeat(np.arange(replicates), many),
            rows,
            np.tile(np.arange(many), replicates),
            keep=Autumn.READS,
        )
        block.kept[block.failure_week > 0] = np.nan
        means = np.empty((many, len(self.targets.targets)))
        away = np.empty_like(means)
        for column, target in enumerate(self.targets.targets):
            found = QUANTITIES[target.quantity](Autumn(block.kept)).reshape(replicates, many)
            means[:, column] = found.mean(axis=0)
            noise = found.var(axis=0, ddof=1) / replicates
            away[:, column] = target.implausibility(means[:, column], noise)
        return means, away


def calibrate(
    settings: Settings = Settings(),  # noqa: B008 - immutable
    targets: Targets | None = None,
    note: Note = lambda text: None,
) -> Calibration:
    """Rule out what does not fit the autumn of 2021, wave by wave (see `rule_out`).

    Parameters
    ----------
    note
        Told about each wave, for people.

    Raises
    ------
    ModelError
        Nothing is left, or no retained point serves as defaults.
    """
    wanted = load_targets() if targets is None else targets
    field = Field(load(), wanted, settings.seed)
    left = rule_out(field, settings, note)
    kept, waves = left.cells, left.waves
    shares = calibrated.midpoints(kept)
    ratio, shift = moved(shares)
    touched = np.flatnonzero(_touched(ratio, shift, len(kept)))
    row, means, away = _medoid(field, shares, touched, settings.replicates[-1])
    quantities = [target.quantity for target in wanted.targets]
    values = row[field.places]
    return Calibration(
        settings,
        wanted,
        field.names,
        waves,
        _filled(field, kept, settings, left.low, left.high, waves[-1].share)[: settings.keep],
        ratio,
        shift,
        {field.names[k]: float(values[k]) for k in touched},
        dict(zip(quantities, map(float, means), strict=True)),
        dict(zip(quantities, map(float, away), strict=True)),
    )


def _filled(field: Field, kept: Cells, settings: Settings, low: Floats, high: Floats, share: float) -> Cells:
    """Return the points kept and as many more, drawn and judged as in the last wave, as are to be stored."""
    number = len(settings.replicates)
    while len(kept) < settings.keep:
        number += 1
        missing = settings.keep - len(kept)
        # A tenth more than the share that passes asks for, and enough for a hypercube.
        cells = drawn(field.names, int(1.1 * missing / share) + 16, settings.seed, number, low, high)
        _, away = field.judge(field.rows(field.values(calibrated.midpoints(cells))), settings.replicates[-1])
        kept = np.concatenate([kept, cells[away.max(axis=1) <= field.cutoff]])
    return kept


def _touched(ratio: Floats, shift: Floats, points: int) -> NDArray[np.bool_]:
    """Say which judgements the data moved: by chance alone one in some fifteen thousand would be."""
    mean_error = PRIOR_SD / np.sqrt(points)
    spread_error = np.sqrt(0.8 / (4 * points))  # of a uniform law, whose kurtosis is 1.8
    return np.asarray((np.abs(shift) > TOUCHED * mean_error) | (np.abs(ratio - 1) > TOUCHED * spread_error))


def _medoid(
    field: Field, shares: Floats, touched: NDArray[np.intp], replicates: int
) -> tuple[Floats, Floats, Floats]:
    """Return the defaults with their means and implausibilities.

    The point with the least mean distance to all others, in the judgements that the data touch, lends
    its values there; everything else stays as declared. It is sought among all points and not only
    those drawn: of a thousand points in many dimensions even the most central lies far out. Should it
    be ruled out itself, the drawn point nearest to it that is not takes its place.
    """
    inside = shares[:, touched]
    centre = geometric_median(inside)
    order = np.argsort(((inside - centre) ** 2).sum(axis=1), kind="stable")
    for share in (centre, *inside[order]):
        point = np.full((1, len(field.names)), 0.5)
        point[0, touched] = (np.floor(share * calibrated.CELLS) + 0.5) / calibrated.CELLS
        row = field.base.copy()
        row[field.places[touched]] = field.values(point)[0, touched]
        means, away = field.judge(row[None], replicates)
        if away.max() <= field.cutoff:
            return row, means[0], away[0]
    raise ModelError("calibration: no retained point with the rest as declared passes every target")


def geometric_median(points: Floats) -> Floats:
    """Return the point of least mean distance to all of (n, d) points, by Weiszfeld's iteration."""
    centre: Floats = points.mean(axis=0)
    for _ in range(1000):
        weight = 1 / np.maximum(np.sqrt(((points - centre) ** 2).sum(axis=1)), 1e-12)
        moved = (points * weight[:, None]).sum(axis=0) / weight.sum()
        if np.abs(moved - centre).sum() < 1e-12:
            break
        centre = moved
    return centre


def files(found: Calibration) -> dict[str, bytes]:
    """Return the content of the two files, the same bytes for the same calibration."""
    region = io.BytesIO()
    np.lib.format.write_array(region, np.ascontiguousarray(found.cells), version=(1, 0), allow_pickle=False)
    moved = {"ratio": found.ratio, "shift": found.shift}
    order = sorted(range(len(found.names)), key=lambda k: found.ratio[k])
    content: dict[str, Any] = {
        "panj_calibration": calibrated.FORMAT,
        "targets": found.targets.hash,
        "region": hashlib.blake2b(region.getvalue(), digest_size=10).hexdigest(),
        **found.settings._asdict(),
        "weeks": WEEKS,
        "cutoff": found.targets.cutoff,
        "waves": [asdict(wave) for wave in found.waves],
        "defaults": found.defaults,
        "at_defaults": {
            name: {"mean": mean, "implausibility": found.away[name]} for name, mean in found.means.items()
        },
        "spread": {
            found.names[k]: {name: round(float(by[k]), 4) for name, by in moved.items()} for k in order
        },
        "names": found.names,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return {calibrated.RECORD: text.encode(), calibrated.REGION: region.getvalue()}


def write(found: Calibration, folder: Path = calibrated.FOLDER) -> list[Path]:
    """Write both files, each whole or not at all."""
    made = {folder / name: content for name, content in files(found).items()}
    put(DISK, made)
    return list(made)


def main(arguments: Sequence[str]) -> None:
    """Calibrate at full size and write the result; with --claims, judge the claims in what is stored."""
    if arguments == ["--claims"]:
        from sim.analysis.past.account import account
        from sim.analysis.past.account import write as write_account

        print(write_account(account(note=print)))
        return
    if arguments:
        raise SystemExit(f"expected nothing or --claims, found {' '.join(arguments)}")
    calibrated.ignore()
    found = calibrate(note=print)
    for path in write(found):
        print(path)
    print(
        f"{len(found.defaults)} defaults moved; {len(found.undetermined)} of {len(found.names)} undetermined"
    )


if __name__ == "__main__":
    main(sys.argv[1:])

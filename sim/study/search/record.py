"""What a search tried: a row an evaluation, appended as it is judged, believed by a checksum of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.study.ensemble import store
from sim.study.experiment.experiment import Experiment
from sim.study.files import DISK, Disk, append, put
from sim.study.identity import source_hash, versions
from sim.study.migrations import FORMAT
from sim.study.search.front import archive, hypervolume
from sim.study.search.generator import library
from sim.study.search.spaces import Candidate
from sim.study.sweep import place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: File of the rows, and folder of a storyline for each plan of the front.
ROWS, STORYLINES = "evaluations.jsonl", "storylines"


@dataclass(frozen=True)
class Evaluation:
    """One candidate, judged.

    seed, number : which search tried it, and as its how many-th; a seed beyond the last simplifies plans
    candidate : the piece of storyline, or the values of the world
    judged : what counts of each goal, in the goal's unit; empty where it failed
    limits : the means that are bounded
    failure : why it could not be judged
    """

    seed: int
    number: int
    candidate: Candidate
    judged: tuple[float, ...]
    limits: tuple[float, ...]
    failure: str = ""

    @property
    def key(self) -> str:
        """The candidate as text: equal ones are run once."""
        return key(self.candidate)

    def line(self, study: str) -> bytes:
        """Return its line in the rows of the search with this hash."""
        body = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return f"{store.checksum((study + body).encode())} {body}".encode()


def key(candidate: Candidate) -> str:
    """Return a candidate as text, the same for equal ones."""
    return json.dumps(candidate, sort_keys=True)


class Record:
    """The evaluations of a search in its folder; more are added one by one.

    Raises
    ------
    ResultError
        The folder holds another search, or none.
    """

    def __init__(self, folder: Path, disk: Disk = DISK) -> None:
        self.folder, self.disk = folder, disk
        told = store.described(folder)["experiment"]
        self.hash = told["hash"]
        self.experiment = Experiment.of(told["canonical"])
        rows: dict[tuple[int, int], Evaluation] = {}
        for one in self._stored():
            rows.setdefault((one.seed, one.number), one)
        self.rows = rows

    def _stored(self) -> Iterator[Evaluation]:
        for line in filter(None, (self.disk.read(self.folder / ROWS) or b"").split(b"\n")):
            said, _, body = line.partition(b" ")
            # A line that a crash tore, or of another search, is passed over; its candidate is judged again.
            if store.checksum(self.hash.encode() + body) == said.decode("ascii", "replace"):
                data = json.loads(body)
                for name in ("judged", "limits"):
                    data[name] = tuple(data[name])
                yield Evaluation(**data)

    def add(self, one: Evaluation) -> None:
        """Put an evaluation on the disk; it is safe once this returns."""
        append(self.disk, self.folder / ROWS, one.line(self.hash))
        self.rows[one.seed, one.number] = one

    @property
    def unconfirmed(self) -> bool:
        """Whether what it found was not yet begun to be run again."""
        return not (self.folder.parent / store.NAME).is_file()

    @property
    def complete(self) -> bool:
        """Whether every seed tried as many candidates as the file says."""
        search = self.experiment.search
        assert search is not None
        tried = sum(seed < search.seeds for seed, _ in self.rows)
        return tried >= search.evaluations * search.seeds

    @property
    def table(self) -> pd.DataFrame:
        """One row an evaluation: `seed`, `number`, `candidate`, a column a goal and a bound, `failure`."""
        search = self.experiment.search
        assert search is not None
        asked = [*(one.question for one in search.goals), *(f"bound: {one.answer}" for one in search.limits)]
        rows = [
            [one.seed, one.number, one.key, *(one.judged + one.limits or (np.nan,) * len(asked)), one.failure]
            for one in self.rows.values()
        ]
        return pd.DataFrame(rows, columns=["seed", "number", "candidate", *asked, "failure"])

    def gain(self) -> tuple[list[Evaluation], Floats, Floats]:
        """Return the evaluations, (evaluations, goals) of which more is sought, and the least that counts.

        What failed or misses a bound is NaN; what was tried only to simplify a plan is left out.
        """
        search = self.experiment.search
        assert search is not None
        rows = [one for _, one in sorted(self.rows.items()) if one.seed < search.seeds]
        gain = np.array([self.gains(one) for one in rows]).reshape(len(rows), len(search.goals))
        return rows, gain, np.array([one.least for one in search.goals])

    def gains(self, one: Evaluation) -> Floats:
        """Return (goals,) of which more is sought, NaN where a candidate failed or misses a bound."""
        search = self.experiment.search
        assert search is not None
        if one.failure or (excess(self.experiment, one.limits) > 0).any():
            return np.full(len(search.goals), np.nan)
        signs = np.array([goal.better for goal in search.goals], np.float64)
        return np.asarray(search.sign * signs * np.array(one.judged))

    def course(self) -> pd.DataFrame:
        """Return how much of the space of goals each seed has beaten by how many evaluations.

        Returns
        -------
        pandas.DataFrame
            `seed`, `evaluations` (at the ends of generations), `hypervolume`: a share of the box between
            the worst and the best that the fronts of all seeds hold in each goal.
        """
        search = self.experiment.search
        assert search is not None
        rows, gain, least = self.gain()
        best = gain[archive(gain, least)]
        if not len(best):
            return pd.DataFrame(columns=["seed", "evaluations", "hypervolume"])
        seed = np.array([one.seed for one in rows])
        known = gain[np.isfinite(gain).all(axis=1)]
        low, high = known.min(axis=0), best.max(axis=0)
        made = []
        for number in range(search.seeds):
            mine = gain[seed == number]
            for end in range(search.population, len(mine) + search.population, search.population):
                some = mine[:end]
                front = some[archive(some, least)]
                made.append((number, min(end, len(mine)), hypervolume(front, low, high)))
        return pd.DataFrame(made, columns=["seed", "evaluations", "hypervolume"])


def excess(experiment: Experiment, limits: tuple[float, ...]) -> Floats:
    """Return (bounds,) by how much means miss the bounds of a search, 0 or below where they are met."""
    assert experiment.search is not None
    found = []
    for one, value in zip(experiment.search.limits, limits, strict=True):
        over = -np.inf if one.at_most is None else value - one.at_most
        under = -np.inf if one.at_least is None else one.at_least - value
        found.append(max(over, under))
    return np.array(found, np.float64)


def opened(folder: Path, experiment: Experiment, disk: Disk = DISK) -> Record:
    """Begin the record of a search in a folder, or take up the one that it holds.

    Raises
    ------
    ResultError
        The folder holds another search, or was made by another version; says in which respects.
    """
    told = {
        "panj_result": FORMAT,
        "kind": "search",
        "experiment": {"hash": experiment.hash, "canonical": experiment.canonical},
        "versions": {**versions(), "pymoo": library()},
        "source": source_hash(),
    }
    if disk.read(folder / store.NAME) is None:
        disk.make_folder(folder)
        put(disk, {folder / store.NAME: store.sealed({**told, "made": store.now()})})
    elif differ := place.differences(store.described(folder), told):
        raise ResultError(
            f"{folder} holds another search, which this one cannot carry on:\n  "
            + "\n  ".join(differ)
            + "\nname another folder, or start anew with --force (the old one is kept beside it)"
        )
    return Record(folder, disk)


def of_study(folder: Path) -> Record | None:
    """Return the record of the search that a study confirms, None where it comes of none."""
    where = folder / place.SEARCH
    return Record(where) if (where / store.NAME).is_file() else None

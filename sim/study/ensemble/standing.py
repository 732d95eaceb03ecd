"""The runs of an ensemble as they stand on a day, kept in a file, and what comes of them from there on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.engine.ensemble import start
from sim.engine.state import State, blank
from sim.errors import ResultError, ScenarioError
from sim.face import Face
from sim.model.registry import load
from sim.scenario import arguments
from sim.scenario.loading import load_scenario
from sim.scenario.plan import Plan, plan
from sim.scenario.schema import Scenario
from sim.scenario.values import day, week_of
from sim.study.ensemble import blocks, store
from sim.study.ensemble.cases import Design
from sim.study.ensemble.cases import plausible as plausible_design
from sim.study.ensemble.run import Tick, check, tabled
from sim.study.ensemble.store import checksum
from sim.study.files import DISK, put
from sim.study.identity import demand, identity, source_hash
from sim.study.results.result import Result

FORMAT = 1

#: Where a file of runs says what it is.
KEY = b"panj_state"
#: Bytes of the states that one call leaves, at most; joining them takes as many again.
MOST_BYTES = 4 * 10**9


@dataclass(frozen=True, eq=False)
class Standing(State, Face):
    """The runs of an ensemble as they stand: those at the defaults, then those across plausible parameters.

    spec : the scenario under which they got there
    first_seed : seed with which they began, and with which their cases were drawn
    plausible : whether the second part is there
    """

    spec: Scenario
    first_seed: int
    plausible: bool

    @property
    def runs(self) -> int:
        """Number of runs of each part."""
        return len(self) // (1 + self.plausible)

    @property
    def identity(self) -> dict[str, Any]:
        """What determines the state: scenario, seeds, runs, source, and the week."""
        made = identity(self.spec, self.first_seed, self.runs, self.plausible)
        return {
            **made,
            "kind": "state",
            "panj_state": FORMAT,
            "week": self.week,
            "chance": {"seed": self.seed, "branch": self.branch},
        }

    def save(self, path: str | Path) -> Path:
        """Write the state as one Parquet file, a row a run and a column a kind, and return its path.

        Raises
        ------
        OSError
            Writing failed; what was there before is still there.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {kind: one for kind, one in _columns(self).items() if one.size}
        told = {**self.identity, "content": _sum(self.identity, columns.values())}
        table = pa.table({kind: _column(one) for kind, one in columns.items()})
        sink = pa.BufferOutputStream()
        pq.write_table(table.replace_schema_metadata({KEY: json.dumps(told)}), sink, compression="zstd")
        put(DISK, {Path(path): bytes(sink.getvalue())})
        return Path(path)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a state from its file.

        Raises
        ------
        ResultError
            It is none, is damaged, or was made by other source, under which a week may read other things.
        """
        path = Path(path)
        told, flat = _opened(path)
        demand(told, path)
        if told["source"] != source_hash():
            raise ResultError(
                f"{path}: made by other source (panj {told['versions']['panj']}, source "
                f"{told['source'][:8]}; here {source_hash()[:8]}), under which a week may read other things; "
                "make it anew with panj run --until DATE --save-state FILE"
            )
        spec = store.scenario(told)
        ready = plan(spec, load())
        room = blank(ready, told["runs"] * (1 + told["plausible"]), told["week"])
        columns = {
            kind: _numbers(flat[kind], one.dtype).reshape(one.shape) if one.size else one
            for kind, one in _columns(room).items()
        }
        return cls(
            ready,
            told["week"],
            told["chance"]["seed"],
            told["chance"]["branch"],
            columns.pop("replicate"),
            columns.pop("past"),
            columns.pop("chosen"),
            columns,
            spec,
            told["seed"],
            told["plausible"],
        )


def _columns(state: State) -> dict[str, NDArray[Any]]:
    """Return the arrays of a state by the names of their columns."""
    whole: dict[str, NDArray[Any]] = {
        "replicate": state.replicates,
        "past": state.past,
        "chosen": state.chosen,
    }
    return {**whole, **state.arrays}


def _opened(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what a file of runs says of itself, and its columns, flat."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = DISK.read(path)
    if content is None:
        raise ResultError(
            f"{path}: no such file; panj run SCENARIO --until DATE --save-state FILE writes one"
        )
    try:
        table = pq.read_table(pa.BufferReader(content))
        told = json.loads((table.schema.metadata or {})[KEY])
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise ResultError(
            f"{path}: expected a state of panj (a Parquet file that panj run --save-state writes): {error}"
        ) from None
    if told.get("panj_state") != FORMAT:
        raise ResultError(
            f"{path}: format {told.get('panj_state')!r}; this version of panj reads {FORMAT}; make it anew"
        )
    flat = {}
    for kind in table.column_names:
        column = table[kind].combine_chunks()
        lists = pa.types.is_fixed_size_list(column.type)
        flat[kind] = (column.flatten() if lists else column).to_numpy(zero_copy_only=False)
    if _sum({key: one for key, one in told.items() if key != "content"}, flat.values()) != told["content"]:
        raise ResultError(
            f"{path}: its content does not have its checksum, so the file is damaged; make it anew with "
            "panj run --until DATE --save-state FILE"
        )
    return told, flat


def _column(array: NDArray[Any]) -> Any:
    """Return a column: a row a run, records as their numbers one after the other."""
    import pyarrow as pa

    flat = np.ascontiguousarray(array).reshape(-1)
    numbers = pa.array(flat.view(np.float64) if flat.dtype.names else flat)
    if array.ndim == 1 and not flat.dtype.names:
        return numbers
    return pa.FixedSizeListArray.from_arrays(numbers, len(numbers) // len(array))


def _numbers(flat: NDArray[Any], kind: np.dtype[Any]) -> NDArray[Any]:
    """Return numbers of a column as what they are numbers of."""
    return flat.astype(np.float64).view(kind) if kind.names else flat.astype(kind)


def _sum(told: Mapping[str, Any], columns: Iterable[NDArray[Any]]) -> str:
    """Return one checksum of all that a file of runs holds."""
    sums = [checksum(np.ascontiguousarray(one).view(np.uint8).tobytes()) for one in columns]
    return checksum(json.dumps([told, sums], sort_keys=True).encode())


def advance(
    scenario: Scenario | str | Path,
    *,
    to: date | str,
    runs: int = 1000,
    seed: int = 0,
    threads: int | None = None,
    plausible: bool = True,
    progress: Tick | None = None,
) -> Standing:
    """Run a scenario up to a day, and return the runs as they stand, to go on with `proceed`.

    Parameters
    ----------
    scenario, runs, seed, threads, plausible, progress
        As for `sim.run`; the runs are the same.
    to
        A day; the week that contains it is the last one simulated.

    Raises
    ------
    ScenarioError
        The scenario or an argument is wrong, or the day lies outside its weeks.
    """
    spec = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    runs, seed = check(runs, seed, threads, "ensemble")
    week = _week(spec, to)
    model = load()
    ready = plan(spec, model)
    size = sum(one.nbytes for one in _columns(blank(ready, 1, week)).values()) * (1 + plausible)
    if runs > MOST_BYTES // size:
        raise ScenarioError(
            f"runs: expected at most {MOST_BYTES // size:,}, since the states of each take {size:,} bytes in "
            f"week {week}, found {runs}"
        )
    parts: list[State] = []
    for design in _designs(spec, ready, runs, seed, plausible):
        for first in range(0, runs, blocks.BLOCK):
            which = np.arange(first, min(first + blocks.BLOCK, runs))
            cases = None if design is None else design.rows[design.case[which] - 1]
            parts.append(start(ready, seed, which, cases, until=week, threads=threads, progress=progress))
    kinds = parts[0].arrays
    return Standing(
        ready,
        week,
        seed,
        0,
        np.concatenate([one.replicates for one in parts]),
        np.concatenate([one.past for one in parts]),
        np.concatenate([one.chosen for one in parts]),
        {kind: np.concatenate([one.arrays[kind] for one in parts]) for kind in kinds},
        spec,
        seed,
        plausible,
    )


def proceed(
    state: Standing,
    scenario: Scenario | str | Path | None = None,
    *,
    seed: int | None = None,
    branch: int = 0,
    threads: int | None = None,
    progress: Tick | None = None,
) -> Result:
    """Let runs go on to the end from where they stand, and return what came of the whole of each.

    With nothing changed it is what `sim.run` returns, bit for bit, but for its table of readings.

    Parameters
    ----------
    state
        From `advance` or a file.
    scenario
        Under which they go on: the same past, another future; None: the one under which they got there.
    seed, branch
        Chance from there on. The address of each draw stays, so that two continuations of the same seed and
        branch are pairs, whatever else differs; None and 0: each run's own, as if it had never stopped.
    threads, progress
        As for `sim.run`.

    Raises
    ------
    ScenarioError
        The scenario has another past (says in what it differs), or an argument is wrong.
    """
    spec = state.spec if scenario is None else scenario
    spec = spec if isinstance(spec, Scenario) else load_scenario(spec)
    check(state.runs, state.seed if seed is None else seed, threads, "ensemble")
    arguments.seed(branch, "branch")
    ready = plan(spec, load())
    chance = (state.seed if seed is None else seed, branch or state.branch)
    going = replace(state.under(ready), seed=chance[0], branch=chance[1])
    told = identity(spec, state.first_seed, state.runs, state.plausible)
    if (spec.hash, *chance) != (state.spec.hash, state.first_seed, 0):
        told["continued"] = {
            "week": state.week,
            "scenario": state.spec.hash,
            "seed": chance[0],
            "branch": chance[1],
        }
    designs = _designs(state.spec, plan(state.spec, load()), state.runs, state.first_seed, state.plausible)
    parts = {
        part: (design, blocks.onward(going, number * state.runs, state.runs, threads, progress))
        for number, (part, design) in enumerate(zip(("defaults", "plausible"), designs, strict=False))
    }
    return tabled(spec, told, parts)


def _designs(spec: Scenario, ready: Plan, runs: int, seed: int, plausible: bool) -> list[Design | None]:
    drawn = [plausible_design(spec, load(), ready, runs, seed)] if plausible else []
    return [None, *drawn]


def _week(spec: Scenario, to: date | str) -> int:
    given = day(to)
    if given is None:
        raise ScenarioError(f"expected a date like 2023-06-05, found {to!r}")
    week = week_of(spec.start, given)
    if given < spec.start or week > spec.weeks:
        end = spec.start.toordinal() + 7 * spec.weeks - 1
        raise ScenarioError(
            f"{given}: expected a day from {spec.start} to {date.fromordinal(end)}, the weeks of the scenario"
        )
    return week

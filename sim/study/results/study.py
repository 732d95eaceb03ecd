"""Reading a sweep: its tables, lazily and at any time, also while it runs; and other tools' shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.model.outcomes import OUTCOMES, PATHS
from sim.study.ensemble import store
from sim.study.experiment.experiment import Experiment
from sim.study.files import DISK
from sim.study.results import conditions, shapes
from sim.study.sweep import manifest, place
from sim.study.sweep.manifest import Entry, part_name
from sim.study.tables import LADDERS

if TYPE_CHECKING:
    import xarray as xr

    from sim.scenario.schema import Scenario
    from sim.study.sweep.blocks import Setup

Floats = NDArray[np.float64]


class Study:
    """A sweep in its folder.

    Parts are read when they are asked for, and each is believed only if its checksum agrees with the
    manifest. A study that is still running, or was stopped, reads as what is done so far.

    Parameters
    ----------
    folder
        A result folder that `sweep` made.
    given
        A condition on outcomes and design in SQL, like
        `first_escalation_3 < 60 and first_rapprochement_3 is null`; every table then holds the
        runs that meet it.

    Raises
    ------
    ResultError
        There is none, or what it says of itself cannot be read.
    """

    def __init__(self, folder: str | Path, given: str | None = None) -> None:
        self.folder = Path(folder)
        self.identity = store.described(self.folder)
        if self.identity.get("kind") != "sweep":
            raise ResultError(f"{folder} holds an ensemble, not a sweep")
        self.condition = given
        if given is not None:
            self._check(given)

    def __repr__(self) -> str:
        return (
            f"Study({str(self.folder)!r}: {self.done:,} of {self.runs:,} runs of {self.experiment.title!r})"
        )

    def _repr_html_(self) -> str:
        from sim.views.notebook.results import study_html

        return study_html(self)

    def given(self, condition: str) -> Study:
        """Return the same study under a condition on its runs; conditions add up."""
        both = condition if self.condition is None else f"({self.condition}) and ({condition})"
        return Study(self.folder, both)

    # What it is

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment, made again from what the folder says."""
        told: Any = self.identity.get("experiment")
        where = self.folder / store.NAME
        try:
            found = Experiment.of(
                told["canonical"], told["question"], tuple(told["outcomes"]), told.get("reasons", {})
            )
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise ResultError(f"the experiment in {where} cannot be read: {error}") from None
        if found.hash != told["hash"]:
            raise ResultError(f"the experiment in {where} is not the one its hash names")
        return found

    @cached_property
    def setup(self) -> Setup:
        """Its cases and blocks."""
        from sim.study.sweep.blocks import Setup

        return Setup(self.experiment)

    @property
    def runs(self) -> int:
        """Number of runs once it is complete."""
        return int(self.identity["runs"])

    @property
    def done(self) -> int:
        """Number of runs that are done."""
        return sum(one.runs for one in self.entries.values())

    @property
    def failed(self) -> int:
        """Number of runs that failed; `failure` in `outcomes` says why."""
        return sum(one.failed for one in self.entries.values())

    @property
    def complete(self) -> bool:
        """Whether every block is done."""
        return len(self.entries) == int(self.identity["blocks"])

    @cached_property
    def entries(self) -> dict[int, Entry]:
        """The blocks that are done, by number."""
        found = place.done(self.folder, self.identity["experiment"]["hash"], sums=False)
        return dict(sorted(found.items()))

    def damaged(self) -> list[int]:
        """Return blocks that were done once and whose parts are gone or no longer have their checksum."""
        told = manifest.read(DISK, self.folder, self.identity["experiment"]["hash"])
        return [
            block
            for block, entries in sorted(told.items())
            if manifest.standing(DISK, self.folder, entries, sums=True) is None
        ]

    # Its tables

    def batches(self, table: str = "outcomes", columns: list[str] | None = None) -> Iterator[pd.DataFrame]:
        """Yield a table part by part, so that memory does not grow with the study; without condition."""
        for block, entry in self._sound.items():
            if table not in entry.parts:
                raise ResultError(f"{self.folder} holds no {table}; the experiment did not ask for them")
            path = self.folder / table / part_name(block)
            yield pq.read_table(path, columns=columns, partitioning=None).to_pandas()

    @cached_property
    def _sound(self) -> dict[int, Entry]:
        """The blocks that are done, after a look at every checksum."""
        damaged = self.damaged()
        if damaged:
            raise ResultError(
                f"{self.folder}: {len(damaged)} blocks do not have their checksum, the first "
                f"{part_name(damaged[0])}; see 'panj status {self.folder} --verify'; "
                "the command that made the sweep runs them again"
            )
        return self.entries

    def _table(self, table: str) -> pd.DataFrame:
        frames = list(self.batches(table))
        if not frames:
            raise ResultError(f"{self.folder}: no block is done yet; run the sweep first")
        joined = pd.concat(frames, ignore_index=True)
        if self.condition is not None:
            asked = f'select "case", replicate from {_RUNS} where ({self.condition})'
            keys = pd.MultiIndex.from_frame(self.query(asked))
            joined = joined[pd.MultiIndex.from_frame(joined[["case", "replicate"]]).isin(keys)]
        order = [one for one in ("case", "replicate", "variable", "week", "ladder") if one in joined]
        return joined.sort_values(order, kind="stable", ignore_index=True)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row a run, by case and replicate; equal `replicate` means equal draws of chance."""
        return self._table("outcomes")

    @cached_property
    def changes(self) -> pd.DataFrame:
        """One row a change of rung: `case`, `replicate`, `week`, `ladder`, `from`, `to`."""
        return self._table("changes")

    @cached_property
    def trajectories(self) -> pd.DataFrame:
        """Weekly values, as quantiles by case or in full, where the experiment keeps them."""
        if self.condition is not None and self.experiment.trajectories is not None:
            if self.experiment.trajectories.keep == "quantiles":
                raise ResultError("quantiles over all replicates cannot be conditioned on some of them")
        return self._table("trajectories")

    @cached_property
    def design(self) -> pd.DataFrame:
        """One row a case: `case`, `base`, `group`, every uncertain value, every lever."""
        content = DISK.read(self.folder / place.DESIGN)
        if content is None:
            raise ResultError(f"{self.folder / place.DESIGN} is missing; the sweep's command writes it again")
        try:
            frame: pd.DataFrame = pq.read_table(pa.BufferReader(content)).to_pandas()
        except (pa.ArrowException, OSError) as error:
            raise ResultError(f"{self.folder / place.DESIGN}: expected a Parquet table ({error})") from None
        return frame

    def query(self, sql: str) -> pd.DataFrame:
        """Ask in SQL (DuckDB) of `outcomes`, `changes`, `design` and `trajectories`.

        The parts are streamed from the disk; the words `case` and `from` are columns here and need
        double quotes where SQL has a meaning of its own for them.

        Raises
        ------
        ResultError
            The question is not understood; says why.
        """
        import duckdb

        with self._connection() as connection:
            try:
                found: pd.DataFrame = connection.execute(conditions.quoted(sql)).df()
            except duckdb.Error as error:
                raise ResultError(f"the question is not understood: {conditions.said(error)}") from None
        for name, names in (("path", PATHS), ("ladder", LADDERS)):
            if name in found and found[name].dtype != "category":
                found[name] = pd.Categorical(found[name], categories=names)
        return found

    def _connection(self) -> Any:
        import duckdb
        import pyarrow.dataset as ds

        connection = duckdb.connect(":memory:")
        for table in manifest.TABLES:
            paths = [
                str(self.folder / table / part_name(block))
                for block, one in self._sound.items()
                if table in one.parts
            ]
            if paths:
                connection.register(table, ds.dataset(paths, format="parquet"))
        connection.register("design", self.design)
        # The tables above are all that a question may reach.
        connection.execute("set enable_external_access=false; set lock_configuration=true")
        return connection

    def _check(self, condition: str) -> None:
        """Refuse a condition that does not stand by itself, before anything is read."""
        with self._connection() as connection:
            conditions.check(connection, condition, _RUNS, [*OUTCOMES, *self.design.columns])

    # One run

    def run(self, name: str | tuple[int, int]) -> tuple[Scenario, int, Floats]:
        """Return what a run was made of: scenario, replicate, and its row of values.

        Parameters
        ----------
        name
            `CASE:REPLICATE`, as in the columns of `outcomes`, or the two numbers.

        Raises
        ------
        ResultError
            There is no such run.
        """
        if isinstance(name, str):
            match = re.fullmatch(r"([0-9]{1,12}):([0-9]{1,18})", name.strip(), re.ASCII)
            if match is None:
                raise ResultError(f"run: expected CASE:REPLICATE, like 17:3, as in outcomes, found {name!r}")
            name = int(match[1]), int(match[2])
        case, replicate = name
        setup = self.setup
        if case >= setup.cases:
            raise ResultError(
                f"run {case}:{replicate}: expected a case from 0 to {setup.cases - 1}, found {case}"
            )
        mine = setup.address(np.full(self.experiment.replicates, case), np.arange(self.experiment.replicates))
        if replicate not in mine:
            some = ", ".join(str(one) for one in mine[:5])
            raise ResultError(
                f"run {case}:{replicate}: case {case} has the replicates {some}…, found {replicate}"
            )
        point, setting = divmod(case, len(setup.settings))
        spec = self.experiment.variant(setup.choices[setup.choice(point)], setup.settings[setting])
        return spec, replicate, setup.ready(case)[1]

    # Other tools

    def to_ema(self) -> tuple[pd.DataFrame, dict[str, NDArray[Any]]]:
        """Return the runs in EMA Workbench's shape; see `sim.study.results.shapes.to_ema`."""
        return shapes.to_ema(self)

    def to_salib(self, outcome: str, **levers: str) -> shapes.ForSalib:
        """Return one outcome by case for SALib's analyses; see `sim.study.results.shapes.to_salib`."""
        return shapes.to_salib(self, outcome, levers)

    def to_xarray(self) -> xr.Dataset:
        """Return outcomes as a dataset by case and repetition: `sim.study.results.shapes.to_xarray`."""
        return shapes.to_xarray(self)


#: What a condition is about: runs with the values of their case.
_RUNS = '(select * from outcomes join design using ("case"))'

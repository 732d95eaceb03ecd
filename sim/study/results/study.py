"""Reading a sweep: its tables, lazily and at any time, also while it runs; and other tools' shapes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import IncompleteWarning, ResultError
from sim.model.outcomes import OUTCOMES
from sim.study import tables
from sim.study.ensemble import store
from sim.study.experiment.experiment import Experiment, hash_of
from sim.study.files import DISK
from sim.study.migrations import FORMAT
from sim.study.results import conditions, datasets, shapes
from sim.study.results.parts import Parts
from sim.study.search.record import of_study
from sim.study.sweep import manifest, place
from sim.study.sweep.manifest import Entry, part_name

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
        `first_escalation_3 < 60 and first_rapprochement_3 = never`; every table then holds the
        runs that meet it.

    Raises
    ------
    ResultError
        There is none, or what it says of itself cannot be read.
    """

    def __init__(self, folder: str | Path, given: str | None = None) -> None:
        self.folder = Path(folder)
        self.identity = store.described(self.folder)
        if self.identity["kind"] != "sweep":
            raise ResultError(f"{folder} holds an ensemble, not a sweep")
        self.condition = given
        self._keys: pd.DataFrame | None = None
        if given is not None:
            with self._connection() as connection:
                self._keys = conditions.met(connection, given)

    def __repr__(self) -> str:
        return (
            f"Study({str(self.folder)!r}: {self.done:,} of {self.runs:,} runs of {self.experiment.title!r})"
        )

    def _repr_html_(self) -> str:
        from sim.views.notebook.results import study_html

        return study_html(self)

    def given(self, condition: str) -> Study:
        """Return the same study under a condition on its runs; conditions add up."""
        return Study(self.folder, conditions.both(self.condition, condition))

    # What it is

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment, made again from what the folder says."""
        told = self.identity["experiment"]
        where = self.folder / store.NAME
        if hash_of(told["canonical"]) != told["hash"]:
            raise ResultError(f"the experiment in {where} is not the one its hash names")
        try:
            return Experiment.of(
                told["canonical"],
                told["question"],
                tuple(told["outcomes"]),
                told.get("reasons", {}),
                told.get("goals", ()),
            )
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise ResultError(f"the experiment in {where} cannot be read: {error}") from None

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

    @cached_property
    def garbled(self) -> int:
        """Number of unreadable lines of the manifest; a block that only they name counts as missing."""
        return manifest.garbled(DISK, self.folder, self.identity["experiment"]["hash"])

    def damaged(self) -> list[int]:
        """Return blocks that were done once and whose parts are gone or no longer have their checksum."""
        told = manifest.read(DISK, self.folder, self.identity["experiment"]["hash"])
        return [
            block
            for block, entries in sorted(told.items())
            if manifest.standing(DISK, self.folder, entries, sums=True) is None
        ]

    def faults(self) -> list[str]:
        """Say what else is damaged: the design, or lines of the manifest that blocks are missing for."""
        found = []
        try:
            _ = self.design
        except (ResultError, OSError) as error:
            found.append(str(error))
        if self.garbled and not self.complete:
            found.append(
                f"lines of the manifest that cannot be read: {self.garbled:,}; blocks that they named count "
                "as missing, and the sweep's command runs these again"
            )
        return found

    # Its tables

    @property
    def rows(self) -> int:
        """Number of runs in its tables: those that are done, or that meet the condition."""
        return self.done if self._keys is None else len(self._keys)

    def pieces(self, table: str = "outcomes", names: Sequence[str] = ()) -> Iterator[pd.DataFrame]:
        """Yield a table in its order, some cases at a time, so that memory does not grow with the study.

        Parameters
        ----------
        names
            Columns that are wanted beside `case` and `replicate`; default: all.

        Raises
        ------
        ResultError
            The study keeps no such table, no block of it is done, or a part is damaged.
        """
        _ = self._sound
        kept = self.experiment.trajectories
        if table == "trajectories" and self.condition is not None and kept and kept.keep == "quantiles":
            raise ResultError("quantiles over all replicates cannot be conditioned on some of them")
        for piece in self._parts.pieces(table, names):
            yield piece if self._keys is None else conditions.only(piece, self._keys)

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self.folder, self.entries, self.identity["panj_result"])

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
        if not self.complete:
            lines = f" (lines of its manifest that cannot be read: {self.garbled:,})" if self.garbled else ""
            warnings.warn(
                f"{self.folder}: {self.done:,} of {self.runs:,} runs are done{lines}, and what follows is of "
                "these alone; the command that made the sweep runs the others",
                IncompleteWarning,
                stacklevel=2,
            )
        return self.entries

    def _table(self, table: str) -> pd.DataFrame:
        return pd.concat(self.pieces(table), ignore_index=True)

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
        return self._table("trajectories")

    @cached_property
    def design(self) -> pd.DataFrame:
        """One row a case: `case`, `base`, `group`, every uncertain value, condition and lever."""
        path = self.folder / place.DESIGN
        if self.identity["panj_result"] > 1:
            return store.table(path, self.identity["tables"].get(place.DESIGN))
        # Format 1 has no checksum of it.
        content = DISK.read(path)
        if content is None:
            raise ResultError(f"{path} is missing; the sweep's command writes it again")
        return store.frame(content, path)

    def table(self) -> pd.DataFrame:
        """Return outcomes with every uncertain value, condition and lever beside, one row a run.

        A start value that an outcome has the name of is called `..._at_start`.
        """
        return self.outcomes.merge(tables.beside(self.design), on="case", how="left", validate="many_to_one")

    def query(self, sql: str) -> pd.DataFrame:
        """Ask in SQL (DuckDB) of `outcomes`, `changes`, `design`, `trajectories`, `runs` and `evaluations`.

        `runs` is each run beside the values of its case; a value of an outcome's name is there called
        `…_at_start`. Under a condition the tables hold the runs that meet it. The parts are streamed from the
        disk. `case` is a column unless it begins a `case … end`; `"from"` needs double quotes; `never` is
        the first week of what never came. `evaluations` are the candidates of the search that the study
        confirms, where it confirms one.

        Raises
        ------
        ResultError
            The question is not understood, or its answer hangs on chance or the time; says why.
        """
        with self._connection() as connection:
            return conditions.ask(connection, sql, [*OUTCOMES, *self.design.columns])

    def _connection(self) -> AbstractContextManager[Any]:
        import pyarrow.dataset as ds

        sources: dict[str, Any] = {"design": tables.beside(self.design)}
        for table in manifest.TABLES:
            paths = [
                str(self.folder / table / part_name(block))
                for block, one in self._sound.items()
                if table in one.parts
            ]
            if paths and self.identity["panj_result"] == FORMAT:
                sources[table] = ds.dataset(paths, format="parquet")
            elif paths:
                sources[table] = pd.concat(
                    (self._parts.read(table, block) for block in self._sound), ignore_index=True
                )
        if (record := of_study(self.folder)) is not None:
            sources["evaluations"] = record.table
        if "outcomes" not in sources:
            raise ResultError(f"{self.folder}: no block is done yet; run the sweep first")
        return conditions.opened(sources, self._keys)

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

    def row(self, case: int, replicate: int) -> pd.Series[Any] | None:
        """Return what is stored of one run, None where its block is not done; reads that block alone.

        Raises
        ------
        ResultError
            The block does not have its checksum.
        """
        block = self.setup.block_of(case, replicate)
        if block not in self.entries:
            return None
        if manifest.standing(DISK, self.folder, [self.entries[block]], sums=True) is None:
            raise ResultError(f"{self.folder}: {part_name(block)} does not have its checksum")
        rows = self._parts.read("outcomes", block)
        return rows[(rows["case"] == case) & (rows["replicate"] == replicate)].iloc[0]

    # Other tools

    def to_ema(self) -> tuple[pd.DataFrame, dict[str, Floats]]:
        """Return the runs in EMA Workbench's shape; see `sim.study.results.shapes.to_ema`."""
        return shapes.to_ema(self)

    def to_salib(self, outcome: str, **setting: str) -> shapes.ForSalib:
        """Return one outcome by case for SALib's analyses; see `sim.study.results.shapes.to_salib`."""
        return shapes.to_salib(self, outcome, setting)

    def to_xarray(self) -> xr.Dataset:
        """Return outcomes by case and repetition; see `sim.study.results.datasets.of_study`."""
        return datasets.of_study(self)

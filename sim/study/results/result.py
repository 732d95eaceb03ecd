"""What a study leaves: tables of runs with the identity of the scenario they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.model.registry import load
from sim.scenario.schema import Scenario
from sim.study import tables
from sim.study.ensemble import store
from sim.study.identity import other_runs

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

__all__ = ["Plots", "Result", "load_results"]


@dataclass(frozen=True, eq=False)
class Result:
    """An ensemble: what it is and what came of it.

    Attributes
    ----------
    identity
        Canonical scenario with its hash, seed, runs, versions: what determines the tables.
    every_run
        One row a run, of both parts, which nothing should be averaged over: `case` (0 at the
        defaults), `replicate`, `part` (`defaults` or `plausible`), `path`, `fits` (bit k: the condition
        of class k holds), `blood`, the rungs, the first weeks on each rung (infinite where never),
        counts, stocks at the end, `failure` (missing if sound). See `outcomes` and `part`.
    every_change
        One row a change of rung in any of these runs: `case`, `replicate`, `week`, `ladder`, `from`,
        `to`.
    quantiles
        By part, charted variable and week: `q05`, `q25`, `q50`, `q75`, `q95`, `mean`, over `runs`
        runs: those of the first 2,000 of the part that are sound.
    design
        One row a case of the part `plausible`: the value of everything that varies there.
    readings
        One row a reading of the article and class: `runs`, `share`, `blood`
        (see `sim.study.ensemble.readings`).
    condition
        What the runs in the tables have in common where they are not all: see `given`.
    """

    identity: Mapping[str, Any]
    every_run: pd.DataFrame
    every_change: pd.DataFrame
    quantiles: pd.DataFrame
    design: pd.DataFrame
    readings: pd.DataFrame
    condition: str | None = None
    _spec: Scenario | None = field(default=None, repr=False)
    _kept: NDArray[np.float64] | None = field(default=None, repr=False)

    @cached_property
    def spec(self) -> Scenario:
        """The scenario."""
        return self._spec if self._spec is not None else store.scenario(self.identity)

    @property
    def seed(self) -> int:
        """Which stream of chance."""
        return int(self.identity["seed"])

    @property
    def runs(self) -> int:
        """Number of runs of each part."""
        return int(self.identity["runs"])

    @property
    def weights(self) -> pd.Series[float] | None:
        """What each plausible case weighs if the article is right, by case; None if unknown."""
        weights = self.identity.get("article", {}).get("weights")
        if weights is None:
            return None
        cases = pd.RangeIndex(1, len(weights) + 1, name="case")
        return pd.Series(weights, cases, np.float64, "weight")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row a run across plausible parameters; at the defaults where nothing was varied.

        The runs at the defaults differ by chance alone and are another population: `part("defaults")`.
        """
        return self.part(self.main).reset_index(drop=True)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """One row a change of rung in the runs of `outcomes`."""
        return self.changes_of(self.main).reset_index(drop=True)

    @property
    def main(self) -> str:
        """The part that `outcomes` holds."""
        return "plausible" if self.identity["plausible"] else "defaults"

    def part(self, name: str) -> pd.DataFrame:
        """Return the outcomes of one part, `defaults` or `plausible`."""
        return self.every_run[self.every_run["part"] == name]

    def changes_of(self, part: str) -> pd.DataFrame:
        """Return the changes of rung in the runs of one part."""
        return self.every_change[(self.every_change["case"] == 0) == (part == "defaults")]

    @property
    def failed(self) -> int:
        """Number of failed runs, of both parts; `failure` says why."""
        return int(self.every_run["failure"].notna().sum())

    @cached_property
    def ladders(self) -> dict[str, NDArray[np.int8]]:
        """Rungs by part, (runs, weeks + 1, 2): escalation, rapprochement; −1 after a failure."""
        found = {
            part: tables.ladders(self.changes_of(part), self.runs, self.spec.weeks)
            for part in dict.fromkeys(["defaults", self.main])
        }
        if self.condition is None:
            return found
        return {part: rungs[self.part(part)["replicate"]] for part, rungs in found.items()}

    @cached_property
    def trajectories(self) -> xr.Dataset:
        """Weekly values of the charted variables, (run, week), for the first 2,000 runs at the defaults.

        Units and meanings stand in `attrs`; the coordinate `date` is the end of each week. A result
        loaded from a folder is run again for them, to the same numbers.

        Raises
        ------
        ResultError
            Running the folder again may give other numbers: it was made from other source, or from a state.
        """
        import xarray as xr

        from sim.study.ensemble.blocks import charted, weekly

        kept = self._kept
        if kept is None:
            if why := other_runs(self.identity):
                raise ResultError(
                    f"the weekly values of single runs are not stored but run again, and {why}, so they "
                    "might not be the same runs; its quantiles by week are stored, or make the result anew "
                    "with panj run"
                )
            kept = weekly(self.spec, runs=self.runs, seed=self.seed)
        runs, rows, _ = kept.shape
        coords = {
            "run": self.part("defaults")["replicate"].to_numpy()[:runs],
            "week": np.arange(rows),
            "date": ("week", tables.dates(self.spec.start, rows - 1).astype("datetime64[s]")),
        }
        made = xr.Dataset(
            {
                one.name: (("run", "week"), kept[:, :, k], {"units": one.unit, "long_name": one.meaning})
                for k, one in enumerate(charted(load()))
            },
            coords=coords,
            attrs={
                "title": self.spec.title,
                "scenario_hash": self.spec.hash,
                "seed": self.seed,
                "panj_version": self.identity["versions"]["panj"],
            },
        )
        made["week"].attrs = {"units": "week", "long_name": "weeks since the start"}
        return made

    def given(self, condition: str) -> Result:
        """Return the runs that meet a condition on outcomes and on what varies, in SQL; conditions add up.

        Raises
        ------
        ResultError
            It is not understood, or no run meets it.
        """
        from sim.study.results.given import given

        return given(self, condition)

    def query(self, sql: str) -> pd.DataFrame:
        """Ask in SQL (DuckDB) of its tables, by their names in `tables`.

        `case` is a column unless it begins a `case … end`; `never` is the first week of what never came.
        The runs at the defaults lie in tables of their own where there are others.

        Raises
        ------
        ResultError
            The question is not understood, or its answer hangs on chance or the time; says why.
        """
        from sim.study.results import conditions

        with conditions.opened(self.tables) as connection:
            return conditions.ask(connection, sql, [*self.every_run, *self.design])

    @property
    def plot(self) -> Plots:
        """Pictures, each a matplotlib Axes: `ensemble.plot.paths()`."""
        return Plots(self)

    def __repr__(self) -> str:
        return f"Result({self.runs:,} runs a part of {self.spec.title!r}, seed {self.seed})"

    def _repr_html_(self) -> str:
        from sim.views.notebook.results import result_html

        return result_html(self)

    def save(self, folder: str | Path, force: bool = False) -> Path:
        """Write the result folder, whole or not at all, and return it.

        Raises
        ------
        ResultError
            The folder holds another result and `force` is not set, or holds something else.
        OSError
            Reading or writing failed; what was there before is still there.
        """
        if self.condition is not None:
            raise ResultError("only some of the runs are here (given a condition); export them instead")
        return store.save(self.identity, self.tables, Path(folder), force)

    def to_xarray(self) -> xr.Dataset:
        """Return the outcomes by run; see `sim.study.results.datasets.of_result`."""
        from sim.study.results.datasets import of_result

        return of_result(self)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Its tables as they are stored and exported, by name; none mixes the two parts."""
        names = ("outcomes", "changes", "quantiles", "design", "readings")
        found = {name: getattr(self, name) for name in names}
        if self.main != "defaults":
            found["outcomes_at_defaults"] = self.part("defaults").reset_index(drop=True)
            found["changes_at_defaults"] = self.changes_of("defaults").reset_index(drop=True)
        return found


def load_results(folder: str | Path) -> Result:
    """Read a result folder.

    Raises
    ------
    ResultError
        There is none, it is of another format, or a table is missing or damaged.
    """
    identity, found = store.read(Path(folder))
    return Result(
        identity,
        _joined(found, "outcomes"),
        _joined(found, "changes"),
        found["quantiles"],
        found["design"],
        found["readings"],
    )


def _joined(found: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Return a table over both parts, the defaults first."""
    parts = [found[one] for one in (f"{name}_at_defaults", name) if one in found]
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class Plots:
    """The pictures of one result; each takes an Axes to draw on, or makes one."""

    result: Result

    def paths(self, ax: Axes | None = None) -> Axes:
        """Draw the distribution over path classes with both kinds of uncertainty."""
        return self._drawn("paths", ax)

    def joint(self, ax: Axes | None = None) -> Axes:
        """Draw the joint table of the two ladders."""
        return self._drawn("joint", ax)

    def ladders(self, ladder: str = "escalation", ax: Axes | None = None) -> Axes:
        """Draw the shares of runs on each rung of a ladder over time."""
        return self._drawn("ladder", ax, ladder)

    def fan(self, variable: str, ax: Axes | None = None) -> Axes:
        """Draw median, 50 % and 90 % of a charted variable over time."""
        return self._drawn("fan", ax, variable)

    def incidence(self, ax: Axes | None = None) -> Axes:
        """Draw how many runs have had a first clash, and first talks, by when."""
        return self._drawn("incidence", ax)

    def _drawn(self, kind: str, ax: Axes | None, *what: str) -> Axes:
        from sim.views.plots import single

        axes: Axes = getattr(single, f"plot_{kind}")(self.result, *what, ax=ax)
        return axes

"""What the columns of a result's tables hold and in which unit, for formats that can say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.model.outcomes import OUTCOMES, Outcome
from sim.model.provenance import Quantity
from sim.model.registry import load
from sim.study import tables

#: Units as UDUNITS spells them; people, events, dollars, shares and rungs are numbers to it.
UDUNITS = {"week": "week", "1/week": "week-1", "GWh/week": "GW h week-1", "GWh": "GW h"}


@dataclass(frozen=True)
class Column:
    """A column: what it holds, and its unit; no unit where it holds names or values of several units."""

    meaning: str
    unit: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """What CF has a variable say of itself; a unit that it does not know stands in the long name."""
        known = UDUNITS.get(self.unit)
        plain = known is not None or self.unit in ("", "1", "flag") or self.unit in self.meaning
        name = self.meaning if plain else f"{self.meaning} ({self.unit})"
        return {"long_name": name} | ({"units": known or "1"} if self.unit else {})


#: Columns that no outcome and no quantity of the model declares.
OWN = {
    "case": Column("number of the case: one value for everything that varies", "1"),
    "replicate": Column("number of the draw of chance; equal numbers share it", "1"),
    "repetition": Column("place of a run among those of its case", "1"),
    "part": Column("whether parameters are at their defaults or plausible ones"),
    "failure": Column("why a run failed; missing if it is sound"),
    "failed": Column("whether a run failed", "flag"),
    "base": Column("number of the base point; its cases differ by conditions and levers alone", "1"),
    "group": Column("number of the group of cases that are compared with each other", "1"),
    "week": Column("weeks since the start", "week"),
    "ladder": Column("which ladder"),
    "from": Column("rung before", "rung"),
    "to": Column("rung from this week on; -1 after a failure", "rung"),
    "variable": Column("quantity of the model"),
    **{
        name: Column(f"quantile at {share:g}, in the unit of the variable")
        for name, share in tables.QUANTILES.items()
    },
    "mean": Column("mean, in the unit of the variable"),
    "runs": Column("number of runs", "count"),
    "share": Column("share of runs", "share"),
    "scenario": Column("storyline"),
    "reading": Column("reading of the article"),
    "start": Column("date of the start"),
}


def columns(table: str, names: list[str]) -> Mapping[str, Column]:
    """Return what the columns of a table hold, by name; other names are conditions' or levers'.

    Parameters
    ----------
    table
        Name of the table: in a design `approval` is a start value, among outcomes it is one of these.
    """
    model = load()
    outcomes, world = _declared(OUTCOMES), _declared(model.world)
    found = OWN | outcomes | world | _declared(model.parameters)
    if table == "readings":
        found["blood"] = Column("share of runs that are of the class and bloody", "share")
    elif table.startswith("outcomes"):
        starts = {
            f"{name}_at_start": Column(f"{one.meaning}, at the start", one.unit)
            for name, one in world.items()
        }
        found |= outcomes | starts
    return {name: found.get(name, Column(f"alternative of {name}, a condition or lever")) for name in names}


def _declared(them: Mapping[str, Outcome] | Mapping[str, Quantity]) -> dict[str, Column]:
    return {name: Column(one.meaning, one.unit) for name, one in them.items()}

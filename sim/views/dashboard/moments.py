"""Fields that say when something begins or ends: a day, a level of a variable, a condition of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import panel as pn

from sim.errors import ScenarioError
from sim.model.provenance import Quantity
from sim.scenario import yamltext
from sim.study.experiment.experiment import plain
from sim.views.dashboard.finder import Finder
from sim.views.dashboard.looks import INNER

WIDE = {"sizing_mode": "stretch_width", "stylesheets": [INNER], "margin": (4, 10)}

ABOVE, BELOW, AFTER, WRITTEN = "above", "below", "after", "written"
#: Conditions by what the list of them says.
CONDITIONS = {
    "once a variable rises above": ABOVE,
    "once a variable falls below": BELOW,
    "after a day, an event or a commitment": AFTER,
    "on a condition as a scenario file writes it": WRITTEN,
}


class Moment:
    """A list of kinds, a field for the level, day or name that belongs to the kind, and a list of variables.

    kinds : what there is beside conditions, by what the list says
    """

    def __init__(
        self, title: str, kinds: Mapping[str, str], field: str, quantities: Iterable[Quantity]
    ) -> None:
        self.choice: Any = pn.widgets.Select(label=title, options={**kinds, **CONDITIONS}, **WIDE)
        self.field: Any = pn.widgets.TextInput(label=field, **WIDE)
        self.variable = Finder(f"{title}: the variable", quantities)
        self.choice.param.watch(lambda _: self._chosen(), "value")
        self.views = [self.choice, self.field, self.variable.view]
        self._chosen()

    def _chosen(self) -> None:
        self.field.visible = bool(self.kind)
        self.variable.view.visible = self.kind in (ABOVE, BELOW)

    @property
    def kind(self) -> str:
        """The kind that is chosen."""
        return str(self.choice.value)

    @property
    def text(self) -> str:
        """What stands in the field."""
        return str(self.field.value).strip()

    def condition(self) -> dict[str, Any] | None:
        """Return the condition as a scenario file would hold it; None where the kind is none.

        Raises
        ------
        ValueError
            The level is no number, or what is written is no mapping.
        """
        if self.kind in (ABOVE, BELOW):
            return {"variable": self.variable.name, self.kind: number("level", self.text)}
        if self.kind == AFTER:
            return {"after": self.text}
        return written(self.text) if self.kind == WRITTEN else None


def written(text: str) -> dict[str, Any]:
    """Return a condition that was written as in a scenario file.

    Raises
    ------
    ValueError
        It is no YAML, or no mapping.
    """
    try:
        content: dict[str, Any] = plain(yamltext.parse(text, "condition", "a condition"))
    except ScenarioError:
        form = "{all: [{variable: tension, above: 0.6}, {after: 2022-03-07}]}"
        raise ValueError(f"condition: expected one like {form}, found {text[:60]!r}") from None
    return content


def number(what: str, text: str) -> float:
    """Return a number that was typed.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{what}: expected a number like 0.5, found {text[:60]!r}") from None

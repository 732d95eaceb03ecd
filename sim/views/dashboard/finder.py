"""A list of the model's numbers that narrows to those whose name or meaning holds the words typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import panel as pn

from sim.model.provenance import Quantity
from sim.views.dashboard.looks import INNER
from sim.views.search import holds


def matching(words: str, quantities: Iterable[Quantity]) -> list[Quantity]:
    """Return the quantities whose name, meaning or source holds every word that was typed."""
    return [one for one in quantities if holds(words, one.name, one.meaning, str(one.source))]


class Finder:
    """A field to type words into, and the list of what they are found in."""

    def __init__(self, title: str, quantities: Iterable[Quantity]) -> None:
        small = {"stylesheets": [INNER], "sizing_mode": "stretch_width", "margin": (4, 10)}
        self.words: Any = pn.widgets.TextInput(
            label=f"{title}: search by any word",
            placeholder="like guarantee or hardship",
            **small,
        )
        self.list: Any = pn.widgets.Select(label=title, options={}, value="", **small)
        self.view: Any = pn.Column(self.words, self.list, sizing_mode="stretch_width", margin=0)
        self.words.param.watch(lambda event: self._narrow(event.new), "value_input")
        self.offer(quantities)

    def offer(self, quantities: Iterable[Quantity]) -> None:
        """List these quantities from now on, those that hold the words typed."""
        self.quantities = list(quantities)
        self._narrow(self.words.value_input or "")

    @property
    def name(self) -> str:
        """The name of what is chosen, empty where nothing is."""
        return str(self.list.value or "")

    def _narrow(self, words: str) -> None:
        found = matching(words, self.quantities)
        options = {f"{one.meaning[:1].upper()}{one.meaning[1:]} ({one.name})": one.name for one in found}
        first = f"– {len(found):,} to choose from –" if found else "– nothing holds these words –"
        alone = found[0].name if len(found) == 1 and words else ""
        self.list.param.update(options={first: "", **options}, value=alone)

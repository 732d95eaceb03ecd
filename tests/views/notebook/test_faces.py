"""Every public object has a short face in a notebook, and nothing in it is markup of others."""

from __future__ import annotations

import importlib
import pkgutil
import types
import typing
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.engine.decisions import Decision
from sim.face import Face, extent
from sim.model.declare import Rule

#: Objects that are asked of others: a model's decisions, one rule.
INNER = (Decision, Rule)
#: What Python has faces or words of its own for.
PLAIN: tuple[Any, ...] = (list, dict, Path, type(None), None)


def returned() -> set[type]:
    """Return every class that a public function returns, and the public classes."""
    found: set[type] = set(INNER)
    for name in sim.__all__:
        one = getattr(sim, name)
        if isinstance(one, type):
            found.add(one)
        elif callable(one):
            home = importlib.import_module(one.__module__)
            kind = _hint(one.__annotations__["return"], home)
            found |= set(typing.get_args(kind)) if isinstance(kind, types.UnionType) else {kind}
    return {typing.get_origin(one) or one for one in found} - set(PLAIN)


def _hint(annotation: str, home: Any) -> Any:
    """Return what an annotation names, with all classes of the package in sight."""
    known: dict[str, Any] = {}
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if not module.name.endswith("__main__"):
            known |= {
                name: one
                for name, one in vars(importlib.import_module(module.name)).items()
                if isinstance(one, type) and one.__module__ == module.name
            }
    return eval(annotation, {**known, **vars(home)})


class Text(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(said)

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


def test_every_public_class_has_a_face() -> None:
    classes = returned()
    assert {"Result", "Study", "Comparison", "Discovery", "PolicyModel", "Hindcast"} <= {
        one.__name__ for one in classes
    }
    assert [one.__name__ for one in classes if not hasattr(one, "_repr_html_")] == []


def test_a_face_is_short_whatever_it_holds() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=8, citizens=0)
    compared = sim.compare("baseline", "thin_guarantee", runs=8)
    model = sim.PolicyModel(spec).run()
    for one in (compared, model, model.decisions[0], sim.trace(spec), sim.rules["D5"]):
        said = one._repr_html_()
        assert len(said) < 6000, type(one)
        assert type(one).__name__ in Text(said).text
    assert "8 of 8" in model._repr_html_()
    assert "thin_guarantee" in compared._repr_html_()
    assert sim.rules["D5"].claim[:40] in Text(sim.rules["D5"]._repr_html_()).text


@dataclass
class Record(Face):
    name: str
    values: Any
    _hidden: int = 0


def test_nothing_in_a_face_is_markup_or_an_order_to_a_terminal() -> None:
    said = Record("<img src=x onerror=alert(1)>", {"<b>": "</td><script>"})._repr_html_()
    shown = Text(said)
    assert shown.tags == {"section", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert "<img src=x onerror=alert(1)>" in shown.text
    assert "_hidden" not in said
    assert "\u202e" not in Record("a\u202eb", 0)._repr_html_()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (pd.DataFrame(np.zeros((1234, 5))), "1,234 × 5"),
        (np.zeros(3), "3"),
        (np.float64(0.25), "0.25"),
        (0.123456789, "0.1235"),
        (None, "–"),
        ((), "none"),
        ({"hold": 0.5, "warm": 1 / 3}, "hold 0.5, warm 0.3333"),
        ([Record("one", 0), Record("two", 0)], "one, two"),
        (list(range(40)), "0, 1, 2, 3, 4, 5 … (40)"),
        ({"table": pd.DataFrame()}, "table"),
    ],
)
def test_a_value_is_a_line(value: object, words: str) -> None:
    assert extent(value) == words
    assert len(extent(["x" * 400] * 9)) < 200

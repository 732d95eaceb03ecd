"""A page ends with the words it uses, wherever in it they stand."""

from __future__ import annotations

from sim.model.glossary import CLASSES, TERMS
from sim.views.report.parts import Fold, Grid, Picture, Points, Section, Text, grid
from sim.views.report.words import read, vocabulary


def test_words_are_found_in_every_kind_of_part() -> None:
    parts = [
        Text("ends in cold peace"),
        Points(("the null model",)),
        Picture("data:rung", "a push", "a drive"),
        Fold("an intensity", (grid("a clause", ("ladder",), [("replicate",)]),)),
    ]
    (table,) = vocabulary([Section("one", "One", parts)])
    assert isinstance(table, Grid)
    found = {row[0].text: row[1].text for row in table.rows}
    expected = {"cold peace", "null model", "push", "drive", "intensity", "clause", "ladder", "replicate"}
    assert set(found) == expected, "data of a picture is nothing that is read"
    assert found["cold peace"] == CLASSES["cold peace"]
    assert found["push"] == TERMS["push"]


def test_a_text_is_read_in_its_order() -> None:
    assert list(read([Fold("a", (Text("b"), Points(("c", "d"))))])) == ["a", "b", "c", "d"]

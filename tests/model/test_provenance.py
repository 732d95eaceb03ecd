"""A number without unit, range, source and grade does not load; nor does one with a taken name."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim.model
from sim.errors import ModelError
from sim.model.provenance import (
    UNITS,
    Record,
    Source,
    article,
    draw,
    drive,
    dtype_of,
    judgement,
    literature,
    parameter,
    public,
    state,
    tally,
)
from sim.model.registry import Model

WHY = judgement("invented for this test")


def declare(**fields: Any) -> type[Record]:
    """Make a record class with these fields, as a class body would."""
    return type("Invented", (Record,), {"__annotations__": dict.fromkeys(fields, float), **fields})


def test_a_complete_quantity_loads() -> None:
    record = declare(
        warmth=state(0.5, "index", "how warm it is", WHY, plausible=(0.2, 0.8)),
        pace=parameter(0.1, "1/week", 0.05, 0.2, "how fast", WHY),
        heard=tally("count", "how often"),
        pull=drive("1/week", "a pull"),
        luck=draw("normal", "chance"),
    )
    assert list(record.quantities) == ["warmth", "pace", "heard", "pull", "luck"]
    warmth, pace = record.quantities["warmth"], record.quantities["pace"]
    assert (warmth.kind, warmth.unit, warmth.default, warmth.low, warmth.high) == (
        "state",
        "index",
        0.5,
        0.0,
        1.0,
    )
    assert (pace.plausible, pace.source.grade) == ((0.05, 0.2), "judgement")
    assert record.quantities["heard"].derived
    assert dtype_of(record.quantities) == np.dtype([(name, np.float64) for name in record.quantities])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(
            lambda: parameter(0.1, "1", 0, 1, "how far", None), "needs a source: how far", id="no source"
        ),
        pytest.param(
            lambda: state(0.1, "1", "how far", plausible=(0, 1)), "needs a source", id="state, no source"
        ),
        pytest.param(lambda: state(0.1, "1", "how far", WHY), "plausible range", id="state, no range"),
        pytest.param(lambda: article(), "paragraphs from 1 to 19", id="article, no paragraph"),
        pytest.param(
            lambda: article(20), r"1 to 19, found \(20,\)", id="article, paragraph it does not have"
        ),
        pytest.param(lambda: judgement(" "), "every one of its parts", id="judgement without a why"),
        pytest.param(
            lambda: public("", "a title", "2021"), "every one of its parts", id="public, no publisher"
        ),
        pytest.param(
            lambda: public("someone", "a title", ""), "every one of its parts", id="public, no date"
        ),
        pytest.param(
            lambda: literature("someone", 1990, ""), "every one of its parts", id="literature, no finding"
        ),
    ],
)
def test_what_lacks_a_source_or_a_range_is_not_even_declared(make: Any, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        make()


def test_a_parameter_cannot_leave_its_range_out() -> None:
    with pytest.raises(TypeError, match="low"):
        parameter(0.1, "share")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("field", "says"),
    [
        pytest.param(
            {"pace": parameter(0.1, "", 0, 1, "a pace", WHY)},
            "'pace': unknown unit ''; one of: share",
            id="no unit",
        ),
        pytest.param(
            {"pace": parameter(0.1, "furlong", 0, 1, "a pace", WHY)},
            "'pace': unknown unit 'furlong'",
            id="unknown unit",
        ),
        pytest.param(
            {"pace": parameter(2.0, "1", 0, 1, "a pace", WHY)},
            "'pace': expected low <= plausible low <= default",
            id="default outside its range",
        ),
        pytest.param(
            {"pace": parameter(0.5, "share", 0, 1.5, "a pace", WHY)},
            "0.5 <= 1.5 <= 1.0",
            id="range outside what the unit allows",
        ),
        pytest.param(
            {"pace": parameter(0.5, "1", 0.9, 0.1, "a pace", WHY)}, "'pace'", id="range upside down"
        ),
        pytest.param({"pace": parameter(math.nan, "1", 0, 1, "a pace", WHY)}, "'pace'", id="not a number"),
        pytest.param(
            {"pace": parameter(0.5, "1", 0, math.inf, "a pace", WHY)},
            "finite plausible range",
            id="endless range",
        ),
        pytest.param(
            {"pace": parameter(0.5, "1", 0, 1, "a pace", WHY, spread="log-uniform")},
            "must lie above 0",
            id="logarithm of zero",
        ),
        pytest.param(
            {"pace": parameter(0.5, "1", 0, 1, " ", WHY)}, "'pace': needs a meaning", id="no meaning"
        ),
        pytest.param(
            {"pace": parameter(0.5, "1", 0, 1, "a pace", Source("rumour", "heard"))},
            r"needs a source \(article, public",
            id="unknown grade",
        ),  # type: ignore[arg-type]
        pytest.param(
            {"pace": parameter(0.5, "1", 0, 1, "a pace", "the article")},
            "needs a source",
            id="a source that is only words",
        ),  # type: ignore[arg-type]
        pytest.param(
            {"warmth": state(0.9, "index", "warmth", WHY, plausible=(0.2, 0.8))},
            "'warmth'",
            id="start outside its range",
        ),
        pytest.param({"pace": 0.1}, "pace = 0.1: a bare number; declare it with", id="bare number"),
    ],
)
def test_a_wrong_declaration_is_refused_by_name(field: dict[str, Any], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        declare(**field)


@pytest.mark.parametrize(
    "name", ["mean", "size", "real", "view", "item", "sum", "max", "T", "dtype", "pprint"]
)
def test_a_name_that_a_numpy_record_uses_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match=f"'{name}': a NumPy record already uses this name; choose another"):
        declare(**{name: parameter(0.5, "1", 0, 1, "a number", WHY)})


def test_an_annotation_without_a_value_is_refused() -> None:
    with pytest.raises(ModelError, match=r"Half.pace: declared without a value and source"):

        class Half(Record):
            pace: float


def test_a_name_declared_twice_is_refused_across_records() -> None:
    def pace() -> Any:
        return parameter(0.5, "1", 0, 1, "a pace", WHY)

    one, two = declare(pace=pace()), declare(pace=pace())
    with pytest.raises(ModelError, match="'pace' is declared twice"):
        type("Both", (one, two), {})
    with pytest.raises(ModelError, match="'pace' is declared twice"):
        type("Again", (one,), {"__annotations__": {"pace": float}, "pace": pace()})


def doubled(tree: ast.AST) -> list[str]:
    """Names assigned twice in one class body, where Python keeps the last and says nothing."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names = [
                line.target.id
                for line in node.body
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
            ]
            found += [f"{node.name}.{name}" for name in sorted(set(names)) if names.count(name) > 1]
    return found


def test_no_class_body_declares_a_name_twice() -> None:
    paths = sorted(Path(sim.model.__file__).parent.rglob("*.py"))
    assert len(paths) > 15
    assert not [one for path in paths for one in doubled(ast.parse(path.read_text(encoding="utf-8")))]
    assert doubled(ast.parse("class A:\n    x: float = 1\n    x: float = 2\n")) == ["A.x"]


def test_every_number_of_the_model_carries_what_it_must(model: Model) -> None:
    quantities = [
        *model.world.values(),
        *model.parameters.values(),
        *model.drives.values(),
        *model.draws.values(),
    ]
    assert len(quantities) > 400
    for q in quantities:
        assert q.unit in UNITS, q.name
        assert str(q.source).strip(), q.name
        assert q.source.grade in ("article", "public", "literature", "judgement"), q.name
        assert (q.source.grade != "article") or q.source.paragraphs, q.name
        assert q.plausible[0] <= q.default <= q.plausible[1], q.name
        assert q.meaning.strip(), q.name


def test_a_number_of_plain_judgement_has_a_range_to_sweep(model: Model) -> None:
    """A figure that nobody published must not pass for certain."""
    whole_world = {"since_clash", "since_talks", "dushanbe_ready", "taliban_ready"}
    for q in [*model.world.values(), *model.parameters.values()]:
        if q.source.grade == "judgement" and not q.derived and q.name not in whole_world:
            assert q.plausible[0] < q.plausible[1], q.name


def test_records_hold_every_quantity_as_a_float_in_its_place(model: Model) -> None:
    for dtype, quantities in [
        (model.world_dtype, model.world),
        (model.parameter_dtype, model.parameters),
        (model.drive_dtype, model.drives),
        (model.draw_dtype, model.draws),
    ]:
        assert dtype.names == tuple(quantities)
        assert dtype.itemsize == 8 * len(quantities)
    flat = np.arange(float(len(model.world)))
    record = flat.view(model.world_dtype).view(np.recarray)[0]
    for place, name in enumerate(model.world):
        assert getattr(record, name) == float(place)

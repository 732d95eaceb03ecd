"""A stored result or study opened: its runs as lines across axes, and what is left of them under brushes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, LabelSet, Range1d
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.model.outcomes import PATHS, reported
from sim.study import tables
from sim.study.ensemble import store
from sim.study.results.result import load_results
from sim.views.dashboard.charts import INK, describe, plain
from sim.views.numbers import counted

#: Lines drawn, and axes shown at first beside the outcomes.
LINES, FIRST = 1000, 4

#: Outcomes that get an axis, first what a run ends as.
ENDS = tuple(one.name for one in reported("axes"))

#: A colour for each class, worst first: warm for blood, cool for talks, grey for neither.
COLOURS = ("#4a1204", "#a63a0a", "#d55e00", "#e69f00", "#0072b2", "#56b4e9", "#7f7f7f", "#b9b9b9")


#: What a run is held to on an axis: a range of numbers, or some of its names.
Brush = tuple[float, float] | frozenset[str]


@dataclass(frozen=True, eq=False)
class Opened:
    """Runs with what varied and what came of it.

    runs : one row a sound run: inputs, outcomes, `path`, `blood`, `failure`
    inputs : columns that vary, first those that choose among names (levers, conditions, readings), then
        numbers; of each kind those first that go with the outcomes most
    """

    title: str
    runs: pd.DataFrame
    inputs: tuple[str, ...]
    failed: int

    @property
    def axes(self) -> tuple[str, ...]:
        """Every column that can be an axis."""
        return (*self.inputs, *(name for name in ENDS if name in self.runs))


def opened(folder: Path) -> Opened:
    """Open a stored ensemble (its part across plausible parameters) or sweep.

    Raises
    ------
    ResultError
        It cannot be read, or nothing varies in it.
    """
    kind = store.described(folder).get("kind")
    if kind == "sweep":
        from sim.study.results.study import Study

        study = Study(folder)
        outcomes, design, title = study.outcomes, study.design, study.experiment.title
    else:
        result = load_results(folder)
        outcomes, design, title = result.part("plausible"), result.design, result.spec.title
    if not len(design) or not len(outcomes):
        raise ResultError("nothing varies in this result: it holds no runs across parameters")
    sound = outcomes[outcomes["failure"].isna()]
    inputs = [name for name in design.columns if name not in ("case", "base", "group")]
    joined = sound.merge(tables.beside(design[["case", *inputs]]), on="case")
    varied = [one for one in map(tables.at_start, inputs) if joined[one].nunique() > 1]
    ordered = sorted(_strongest(joined, varied), key=lambda name: not names(joined[name]))
    return Opened(title, joined, tuple(ordered), len(outcomes) - len(sound))


def _strongest(runs: pd.DataFrame, inputs: list[str]) -> tuple[str, ...]:
    """Order inputs by their rank correlation with clashes and with rapprochement, the larger of the two."""
    ends = pd.DataFrame(
        {
            "clash": (runs["peak_escalation"].astype(float) >= 3).astype(float),
            "close": runs["final_rapprochement"].astype(float),
        }
    ).rank()
    values = pd.DataFrame({name: numbers(runs[name]) for name in inputs}).rank()
    strength = {
        name: max(
            (abs(float(values[name].corr(ends[end]))) for end in ends if ends[end].nunique() > 1), default=0.0
        )
        for name in inputs
    }
    return tuple(sorted(inputs, key=lambda name: (-np.nan_to_num(strength[name]), name)))


def names(column: Any) -> tuple[str, ...]:
    """Return the names that a column chooses among, in the order of its axis; none where it holds numbers."""
    if column.name == "path":
        return PATHS
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return ()
    return tuple(sorted(column.astype(str).unique()))


def numbers(column: Any) -> NDArray[np.float64]:
    """Return a column as numbers, names by their place on the axis."""
    if known := names(column):
        return pd.Categorical(column.astype(str), categories=known).codes.astype(np.float64)
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def chosen(runs: pd.DataFrame, brushes: Mapping[str, Brush]) -> NDArray[np.bool_]:
    """Say which runs lie within every brush, ends included."""
    kept = np.ones(len(runs), bool)
    for name, brush in brushes.items():
        if isinstance(brush, frozenset):
            kept &= runs[name].astype(str).isin(brush).to_numpy()
        else:
            value = numbers(runs[name])
            kept &= (value >= brush[0]) & (value <= brush[1])
    return kept


def ends(column: Any) -> tuple[float, float]:
    """Return the range of an axis; every axis has some width."""
    value = numbers(column)
    value = value[np.isfinite(value)]
    low, high = (float(value.min()), float(value.max())) if len(value) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


class Lines:
    """Parallel coordinates: a line a run, an axis a column; runs outside a brush fade."""

    def __init__(self) -> None:
        self.source = ColumnDataSource({"xs": [], "ys": [], "colour": [], "alpha": []})
        self.axes = ColumnDataSource({"x": [], "y0": [], "y1": []})
        self.brushed = ColumnDataSource({"left": [], "right": [], "bottom": [], "top": []})
        self.words = ColumnDataSource({"x": [], "y": [], "said": [], "align": []})
        self.figure: Any = plain(
            height=440, x_range=Range1d(-0.5, 5.5), y_range=Range1d(-0.17, 1.36), title=" "
        )
        self.figure.axis.visible = self.figure.grid.visible = False
        self.figure.multi_line(
            "xs", "ys", source=self.source, line_color="colour", line_alpha="alpha", line_width=1
        )
        self.figure.segment("x", "y0", "x", "y1", source=self.axes, line_color=INK, line_width=1.5)
        self.figure.quad(
            source=self.brushed,
            left="left",
            right="right",
            bottom="bottom",
            top="top",
            fill_color="#0072b2",
            fill_alpha=0.25,
            line_color="#0072b2",
        )
        self.figure.add_layout(
            LabelSet(
                source=self.words,
                x="x",
                y="y",
                text="said",
                text_align="align",
                text_baseline="bottom",
                text_font_size="11px",
                text_color=INK,
            )
        )
        self.columns: tuple[str, ...] = ()

    def show(self, found: Opened, columns: tuple[str, ...], brushes: Mapping[str, Brush]) -> None:
        """Redraw."""
        self.columns = columns
        rows = found.runs
        kept = chosen(rows, brushes)
        drawn = np.linspace(0, len(rows) - 1, min(LINES, len(rows))).astype(int)
        # Faded lines first, so that those that are left lie on top.
        drawn = drawn[np.argsort(kept[drawn], kind="stable")]
        scaled = np.array([self._scaled(rows, name)[drawn] for name in columns])
        codes = pd.Categorical(rows["path"], categories=PATHS).codes[drawn]
        place = list(range(len(columns)))
        strong = 0.6 if kept[drawn].sum() < 150 else 0.3
        self.source.data = {
            "xs": [place] * len(drawn),
            "ys": list(np.where(np.isfinite(scaled), scaled, np.nan).T),
            "colour": [
                COLOURS[code] if on else "#c9c9c9" for code, on in zip(codes, kept[drawn], strict=True)
            ],
            "alpha": np.where(kept[drawn], strong, 0.12),
        }
        self.axes.data = {"x": place, "y0": [0.0] * len(place), "y1": [1.0] * len(place)}
        marks: list[tuple[float, float, float, float]] = []
        words: list[tuple[float, float, str, str]] = []
        for k, name in enumerate(columns):
            low, high = ends(rows[name])
            known = names(rows[name])
            # Names of alternatives are long: they stand with their numbers at the boxes below.
            labels = known if name == "path" else [str(at + 1) for at in range(len(known))]
            # The outermost names grow inwards, and neighbours stand at other heights: a telephone is narrow.
            align = "left" if k == 0 else "right" if k == len(columns) - 1 else "center"
            words += [
                (k, (1.1, 1.19, 1.28)[k % 3], name.replace("_", " "), align),
                *((k, (at - low) / (high - low), label, align) for at, label in enumerate(labels)),
            ]
            if not known:
                words += [
                    (k, 1.02, _said(high), "center"),
                    (k, -0.14 if k % 2 else -0.07, _said(low), "center"),
                ]
            if name in brushes:
                brush = brushes[name]
                if isinstance(brush, frozenset):
                    spans = [(at - 0.2, at + 0.2) for at, one in enumerate(known) if one in brush]
                else:
                    spans = [brush]
                room = high - low
                marks += [(k - 0.06, k + 0.06, (a - low) / room, (b - low) / room) for a, b in spans]
        self.brushed.data = _columns(("left", "right", "bottom", "top"), marks)
        self.words.data = _columns(("x", "y", "said", "align"), words)
        self.figure.x_range.start, self.figure.x_range.end = -0.5, max(len(columns) - 0.5, 0.5)
        title = f"{int(kept.sum()):,} of {counted(len(rows), 'run')} within the brushes"
        self.figure.title.text = title
        named = ", ".join(name.replace("_", " ") for name in columns)
        describe(
            self.figure, f"Parallel coordinates, a line a run, over {named}. {title}; ranges below set them."
        )

    @staticmethod
    def _scaled(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
        low, high = ends(rows[name])
        return (numbers(rows[name]) - low) / (high - low)


def _columns(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def _said(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def first_axes(found: Opened) -> list[str]:
    """Return the axes shown when a result is opened: the first inputs, then three outcomes."""
    return [*found.inputs[:FIRST], *(name for name in ENDS[:3] if name in found.runs)]

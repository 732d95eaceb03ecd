"""Pictures: every kind, of every odd result; what they show; the same file for the same result."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

import sim
from sim.analysis.answers import shares
from sim.analysis.answers.baseline import BASELINE, baseline
from sim.analysis.answers.digest import Digest
from sim.analysis.runs import DEFAULTS, PLAUSIBLE, view
from sim.errors import ScenarioError
from sim.model.outcomes import PATHS
from sim.study import tables
from sim.views import plots
from sim.views.plots import saving, style
from sim.views.plots.draw import ends
from sim.views.plots.sheets import KINDS, usual
from sim.views.plots.sheets.sheet import Sheet


def of(result: sim.Result, group: str) -> pd.DataFrame:
    """The shares of a group by class."""
    table = shares.shares(view(result))
    return table[table["group"] == group].set_index("path").loc[list(PATHS)]


def grey(colour: object) -> float:
    """Lightness of a colour as a grey print shows it."""
    return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))  # type: ignore[arg-type]


def words(ax: Axes) -> str:
    texts = [
        *ax.texts,
        ax.title,
        ax.xaxis.label,
        ax.yaxis.label,
        *ax.get_xticklabels(),
        *ax.get_yticklabels(),
    ]
    legend = ax.get_legend()
    texts += legend.get_texts() if legend is not None else []
    return "\n".join(text.get_text() for text in [*texts, ax._left_title]).lower()  # type: ignore[attr-defined]


def test_every_kind_as_png_and_svg(result: sim.Result, tmp_path: Path) -> None:
    drawn = plots.save(result, tmp_path / "new" / "folder")
    assert {path.name for path in drawn} == {
        f"{kind}.{form}" for kind in usual(view(result)) for form in ("png", "svg")
    }
    for path in drawn:
        start = path.read_bytes()[:200]
        assert start.startswith(b"\x89PNG") if path.suffix == ".png" else b"<?xml" in start
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(
        p.name for p in drawn
    )


def test_the_same_result_gives_the_same_files(result: sim.Result, tmp_path: Path) -> None:
    for one, other in zip(
        plots.save(result, tmp_path / "a"), plots.save(result, tmp_path / "b"), strict=True
    ):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_a_loaded_result_gives_the_same_pictures(result: sim.Result, tmp_path: Path) -> None:
    loaded = sim.load_results(result.save(tmp_path / "kept"))
    kinds = ["paths", "ladders"]
    for one, other in zip(
        plots.save(result, tmp_path / "a", kinds),
        plots.save(loaded, tmp_path / "b", kinds),
        strict=True,
    ):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_odd_results_are_drawn_without_a_complaint(odd: sim.Result, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = saving.save(odd, tmp_path, numbers=True)
        for kind in plots.KINDS:
            try:
                drawn += saving.save(odd, tmp_path, [kind], numbers=True)
            except ScenarioError as error:
                assert f"the picture {kind!r} has nothing to show of this result: " in str(error)  # noqa: PT017
    valid = odd.every_run["failure"].isna().any()
    assert {path.stem for path in drawn} >= ({*usual(view(odd))} if valid else set())
    assert bool(drawn) == valid
    assert all(path.stat().st_size > 2000 for path in drawn if path.suffix != ".csv")


def test_another_order_and_the_null_model_are_one_flag_away(
    panj: Callable[..., Any], result: sim.Result
) -> None:
    result.save("kept")
    kinds = ("orders", "null")
    asked = [word for kind in kinds for word in ("--kind", kind)]
    told = panj("plot", "kept", *asked, "--format", "png", "--data", "--out", "new")
    assert told.code == 0, told.err
    assert told.out.split() == [f"new/{kind}.{form}" for kind in kinds for form in ("png", "csv")]
    table = pd.read_csv("new/null.csv", comment="#")
    mine = table[(table["model"] == "model") & (table["group"] == "at the defaults")]
    own = of(result, DEFAULTS)["share"]
    assert mine.set_index("path")["share"][own.index].to_numpy() == pytest.approx(own.to_numpy())


def test_a_condition_is_said_on_the_picture_and_in_its_numbers(
    panj: Callable[..., Any], result: sim.Result
) -> None:
    result.save("kept")
    told = panj("plot", "kept", "--kind", "joint", "--format", "svg", "--data", "--given", "blood")
    assert told.code == 0, told.err
    text = Path("kept/given/joint.csv").read_text(encoding="utf-8")
    assert "--given blood" in text
    assert f"n: {int(result.every_run['blood'].sum())} runs" in text


def test_an_unknown_kind_names_those_there_are(result: sim.Result, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"'pie'.*paths, shares, sources"):
        plots.save(result, tmp_path / "none", ["paths", "pie"])
    assert not (tmp_path / "none").exists()


def test_every_plot_returns_an_axes_and_takes_one(result: sim.Result) -> None:
    from matplotlib.figure import Figure

    for name, arguments in (
        ("paths", ()),
        ("joint", ()),
        ("ladders", ()),
        ("fan", ("tension",)),
        ("incidence", ()),
    ):
        method = getattr(result.plot, name)
        assert isinstance(method(*arguments), Axes)
        mine = Figure().add_subplot()
        assert method(*arguments, ax=mine) is mine


def test_the_baseline_stands_beside_a_storyline_that_departs_from_it() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=20, citizens=0)
    assert baseline(view(sim.run(spec, runs=4, seed=3))).empty
    other = spec.replace(title="Another", parameters={"audience_cost": 2.0}, start="2021-09-06")
    plain = sim.run(spec.replace(start="2021-09-06"), runs=4, seed=3, plausible=False)
    mine = sim.run(other, runs=4, seed=3)
    beside = baseline(view(mine)).drop(columns="group")
    assert beside.equals(plain.quantiles.drop(columns="part"))
    sheet = KINDS["fan"](Digest(mine), None)
    assert set(sheet.data["group"]) == {DEFAULTS, PLAUSIBLE, BASELINE}
    words = sheet.data[(sheet.data["group"] == BASELINE) & (sheet.data["variable"] == "rhetoric")]
    (line,) = [one for one in panel(sheet, "Hardness").lines if one.get_label() == "median of the baseline"]
    assert np.allclose(line.get_ydata(), words["q50"])


def panel(sheet: Sheet, title: str) -> Axes:
    """The panel of a sheet whose title begins so."""
    return next(
        ax for ax in sheet.figure.axes if any(ax.get_title(at).startswith(title) for at in ("left", "center"))
    )


def test_paths_shows_both_kinds_of_uncertainty(result: sim.Result) -> None:
    ax = result.plot.paths()
    said = words(ax)
    assert "plausible" in said
    assert "monte carlo error (95 %)" in said
    assert "parameter uncertainty (90 % of parameter sets)" in said
    assert "deadly clash" in said
    assert [label.get_text().lower() for label in ax.get_yticklabels()] == list(shares.SHOWN)
    table = of(result, PLAUSIBLE)
    widths = sorted(bar.get_width() for bar in ax.patches)
    for share in table["share"]:
        assert np.isclose(widths, share).any()


def test_a_range_that_tables_leave_open_has_no_bar(result: sim.Result) -> None:
    table = of(result, PLAUSIBLE).reset_index()
    table[["case_low", "case_high"]] = table["share"].iloc[0]
    table.iloc[0, table.columns.get_indexer(["case_low", "case_high"])] = 0.1, 0.4
    ranges = [bar for bar in ends.uncertainty(table).patches if np.isclose(bar.get_height(), 0.2)]
    assert [bar.get_width() for bar in ranges] == pytest.approx([0.3])


def test_without_a_plausible_part_nothing_is_said_of_it() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=20, citizens=0)
    alone = sim.run(spec, runs=5, plausible=False)
    assert "plausible" not in words(alone.plot.paths())


def test_joint_writes_every_share_that_is_not_none(result: sim.Result) -> None:
    rows = result.part("defaults")
    cells = {*zip(rows["peak_escalation"], rows["peak_rapprochement"], strict=True)}
    assert len(result.plot.joint().texts) == len(cells)


def test_ladders_stack_to_one(result: sim.Result) -> None:
    for which in ("escalation", "rapprochement"):
        ax = result.plot.ladders(which)
        assert which in words(ax)
        assert len(ax.collections) == 6
    with pytest.raises(ScenarioError, match="escalation"):
        result.plot.ladders("escalaton")


def test_fan_marks_the_figures_of_the_article(result: sim.Result) -> None:
    assert words(result.plot.fan("refugees_reported")).count("¶9") == 2
    assert "¶6" in words(result.plot.fan("troops"))
    assert "¶" not in words(result.plot.fan("power_owed")), (
        "older bills are in it, and ¶10 speaks of new ones"
    )
    assert "million usd" in words(result.plot.fan("power_owed"))
    assert "¶" not in words(result.plot.fan("tension"))
    with pytest.raises(ScenarioError, match="tension"):
        result.plot.fan("tensions")


def test_marks_outside_the_horizon_are_left_out() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=4, citizens=0)
    assert words(sim.run(spec, runs=2).plot.fan("refugees_reported")).count("¶9") == 1


def test_incidence_says_how_many_are_censored(result: sim.Result) -> None:
    sheet = plots.KINDS["incidence"](Digest(result), None)
    waiting = int(np.isinf(result.part("defaults")["first_escalation_3"]).sum())
    said = [text.get_text() for text in sheet.figure.axes[0].texts]
    assert any(f"n = {result.runs:,}; never: {waiting:,} clash" in one for one in said)
    assert "effect" not in sheet.data  # nothing is compared, so the numbers beside it have no column for it


def test_rungs_keep_their_order_in_a_grey_print() -> None:
    for colours in style.RUNGS.values():
        lightness = [grey(colour) for colour in colours]
        assert all(a - b > 0.06 for a, b in pairwise(lightness))


def test_classes_are_told_apart_in_a_grey_print() -> None:
    for one, other in combinations(PATHS, 2):
        if style.DOTTED.get(one) == style.DOTTED.get(other):
            assert abs(grey(style.CLASSES[one]) - grey(style.CLASSES[other])) > 0.1, (one, other)


def test_a_heat_map_grows_darker_throughout() -> None:
    lightness = [grey(style.density()(x)[:3]) for x in np.linspace(0, 1, 30)]
    assert all(a > b for a, b in pairwise(lightness))


@pytest.mark.parametrize("weeks", [0, 1, 3, 10, 30, 100, 208, 400, 1040, 2080])
def test_a_calendar_has_a_few_ticks_within_its_range(weeks: int) -> None:
    from datetime import date

    from matplotlib.dates import date2num

    ax = style.axes(None)
    when = tables.dates(date(2021, 8, 16), weeks)
    style.calendar(ax, when)
    ticks = ax.get_xticks()
    assert 1 <= len(ticks) <= 7
    low, high = ax.get_xlim()
    assert low == date2num(when[0])
    assert ((ticks >= low) & (ticks <= high)).all()


def test_drawing_needs_no_pyplot() -> None:
    code = "import sys; from sim.views import plots; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_help_names_every_kind(panj: Callable[..., Any]) -> None:
    said = " ".join(panj("plot", "--help").out.replace("│", " ").split())
    assert all(kind in said for kind in plots.KINDS)

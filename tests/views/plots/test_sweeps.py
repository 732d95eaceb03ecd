"""Pictures of sweeps: every kind, their numbers beside them, and studies at the edges."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import sim
from sim.analysis.answers import null, over_time
from sim.analysis.answers.digest import Digest
from sim.errors import ScenarioError
from sim.model.outcomes import PATHS
from sim.study.questions import WORSE
from sim.study.results.study import Study
from sim.views.plots import KINDS, data, saving, style
from sim.views.plots.draw import cases as plots
from sim.views.plots.draw.ends import stacked
from sim.views.plots.files import picture
from sim.views.plots.sheets import usual as usual_kinds
from sim.views.plots.sheets.sheet import InapplicableError, chosen
from tests.views import planted


@pytest.fixture(scope="module")
def digest(small_sweep: Path) -> Digest:
    return Digest(Study(small_sweep))


def read(path: Path) -> tuple[dict[str, str], pd.DataFrame]:
    text = path.read_text(encoding="utf-8")
    head = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# "))
    return head, pd.read_csv(io.StringIO(text), comment="#")


def test_usual_kinds_of_a_sweep_with_their_numbers(digest: Digest, tmp_path: Path) -> None:
    made = saving.save(digest.source, tmp_path, forms=["png"], numbers=True, source="here")
    usual = usual_kinds(digest.runs)
    drawn = {path.stem for path in made}
    assert {path.name for path in made} == {f"{kind}.{form}" for kind in drawn for form in ("png", "csv")}
    assert drawn <= set(usual)
    assert set(usual) - drawn <= {"drivers", "boxes", "tradeoff"}  # as the model has an answer or none
    # Nothing to show, or it runs the model.
    assert set(KINDS) - set(usual) == {"fan", "bands", "map", "null", "front", "pathways", "progress"}
    for path in made:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG")
            assert path.stat().st_size > 8000
            continue
        head, table = read(path)
        assert set(head) == {"picture", "finding", "unit", "n", "interval", "identity", "command"}
        assert head["command"] == f"panj plot here --kind {path.stem} --data"
        assert head["n"] == "720 runs, 0 failed"
        assert len(table)


@pytest.mark.parametrize("kind", ["bands", "map", "front"])
def test_a_kind_that_has_nothing_to_show_is_refused_with_what_it_needs(
    digest: Digest, tmp_path: Path, kind: str
) -> None:
    need = {"bands": "trajectories", "map": "a design of method grid", "front": "{method: search}"}[kind]
    with pytest.raises(
        ScenarioError, match=rf"'{kind}' has nothing to show.*{need}.*usual for it are: paths"
    ):
        saving.save(digest.source, tmp_path / "none", ["paths", kind])
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("kind", ["paths", "joint", "ladders", "fan", "incidence", "orders", "null"])
def test_every_kind_of_an_ensemble_has_its_numbers(result: sim.Result, tmp_path: Path, kind: str) -> None:
    (path,) = saving.save(result, tmp_path, [kind], forms=[], numbers=True)
    head, table = read(path)
    assert head["identity"].startswith(f"scenario {result.spec.hash[:16]}, seed 2")
    assert len(table) >= 8
    if kind == "paths":
        defaults = table[table["group"] == "at the defaults"].set_index("path")
        assert defaults["share"][list(PATHS)].sum() == pytest.approx(1)


def test_forms(small_saltelli: Path, tmp_path: Path) -> None:
    made = saving.save(Study(small_saltelli), tmp_path, ["drivers"], forms=["svg", "pdf"])
    assert [path.read_bytes()[:5] for path in made] == [b"<?xml", b"%PDF-"]
    with pytest.raises(ScenarioError, match="nearest: png"):
        saving.save(Study(small_saltelli), tmp_path, forms=["pgn"])


def test_shares_by_anything_that_varies_add_up(digest: Digest) -> None:
    counts = digest.counts
    for name in ("levers", "talks", "reading", "russian_guarantee"):
        table = digest.shares(name)
        wide = table.pivot(index="group", columns="path", values="share")
        assert wide[list(PATHS)].sum(axis=1).to_numpy() == pytest.approx(1)
        assert wide[list(WORSE)].sum(axis=1).to_numpy() == pytest.approx(wide["clashes or worse"].to_numpy())
        runs = table.drop_duplicates("group")["runs"].sum()
        assert runs == counts.sum() == 720
        ax = stacked(table)
        assert len(ax.get_yticklabels()) == len(wide)
        assert (table["low"] <= table["share"] + 1e-12).all()
        assert (table["share"] <= table["high"] + 1e-12).all()


def test_a_range_is_told_apart_in_quarters(digest: Digest) -> None:
    groups = digest.runs.groups("russian_guarantee")
    assert len(groups) == 4
    assert np.sum([one.cases for one in groups], axis=0).tolist() == [1] * 120
    assert [int(one.cases.sum()) for one in groups] == [30] * 4


def test_corners_are_shares_of_the_three_ends(digest: Digest) -> None:
    assert digest.corners.sum(axis=1) == pytest.approx(np.ones(120))
    assert digest.corners[:, 0] == pytest.approx(digest.risk.value)


def test_incidence_rises_to_what_the_runs_say(digest: Digest) -> None:
    table = over_time.incidence(digest.runs, digest.runs.groups(), "first_rapprochement_3")
    for name, rows in table.groupby("group"):
        sound = digest.source.outcomes[digest.source.outcomes["failure"].isna()]
        mine = sound[digest.runs.cases["talks"].astype(str).to_numpy()[sound["case"]] == name]
        assert rows["share"].iloc[-1] == pytest.approx(np.isfinite(mine["first_rapprochement_3"]).mean())
        assert rows["share"].is_monotonic_increasing


def test_every_plot_takes_an_axes_and_returns_it(digest: Digest) -> None:
    from matplotlib.figure import Figure

    assert digest.drivers is not None
    assert digest.policies is not None
    drawn: dict[str, Callable[[Axes], Axes]] = {
        "stacked": lambda ax: stacked(digest.shares(), ax),
        "ridges": lambda ax: plots.ridges(digest, digest.runs.groups("talks"), ax),
        "drivers": lambda ax: plots.drivers(digest.drivers, ax),
        "tradeoff": lambda ax: plots.tradeoff(digest.policies, ax),
    }
    for draw in drawn.values():
        mine = Figure().add_subplot()
        assert draw(mine) is mine


def test_the_dummy_is_always_in_the_picture_of_drivers(digest: Digest) -> None:
    assert digest.drivers is not None
    ax = plots.drivers(digest.drivers, most=1)
    assert [one.get_text() for one in ax.get_yticklabels()][-1] == "does nothing: shows the noise\ndummy"


def test_the_front_is_filled(digest: Digest) -> None:
    assert digest.policies is not None
    ax = plots.tradeoff(digest.policies)
    (key,) = [one.get_text() for one in ax.texts if "\n" in one.get_text()]
    third = digest.policies.means()[str(digest.policies.goals[2].asked)]
    for number, (name, value) in enumerate(zip(digest.policies.policies, third, strict=True), 1):
        line = next(one for one in key.splitlines() if one.startswith(f"{number}  {name}"))
        assert line.endswith(f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}")
        assert str(number) in [one.get_text() for one in ax.texts]


SMALL = {**planted.EXPERIMENT, "design": {"method": "grid", "levels": 4}}


def drawn(rows: Callable[[pd.DataFrame], pd.DataFrame]) -> Digest:
    """A made-up study with its runs changed."""
    return Digest(planted.Sweep(SMALL, rows(planted.Sweep(SMALL).outcomes)))


def one_path(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(path=pd.Categorical(["cold peace"] * len(rows), rows["path"].cat.categories))


EDGES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "empty": lambda rows: rows.iloc[:0],
    "one run": lambda rows: rows.iloc[:1],
    "one case": lambda rows: rows.iloc[:4],
    "half": lambda rows: rows.iloc[: len(rows) // 2],
    "one path": one_path,
    "all failed": lambda rows: rows.assign(failure="week 1: rhetoric left its bounds"),
}


@pytest.mark.parametrize("edge", list(EDGES))
def test_studies_at_the_edges_are_drawn_without_a_complaint(
    edge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(null, "_again", lambda _, case, replicate: np.zeros(len(replicate), np.int64))
    digest = drawn(EDGES[edge])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in KINDS:
            try:
                sheet = KINDS[kind](digest, None)
            except InapplicableError as error:
                assert kind not in ("paths", "joint", "ladders") or edge in ("empty", "all failed"), error  # noqa: PT017
                continue
            assert sheet.finding
            assert picture(sheet.figure, "png", 25).startswith(b"\x89PNG")
            assert data.text(sheet.data, [("unit", sheet.unit)]).startswith("# unit: ")
    if edge in ("empty", "all failed"):
        assert "no run is valid" in [one.get_text() for one in stacked(digest.shares()).texts]
        assert digest.policies is None


@pytest.mark.parametrize("by", ["reading", "hardship", "case"])
def test_everything_can_be_told_apart_by_what_varies(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(null, "_again", lambda _, case, replicate: np.zeros(len(replicate), np.int64))
    digest = planted.sweep(design={"method": "grid", "levels": 3})
    groups, _ = chosen(digest, by, 12)
    for kind in ("paths", "orders", "joint", "ladders", "bands", "incidence", "null"):
        sheet = KINDS[kind](digest, by)
        titles = " ".join(ax.get_title(loc) for ax in sheet.figure.axes for loc in ("left", "center"))
        assert all(one.name[:12] in titles for one in groups[:2]), kind


def test_of_many_groups_the_first_and_the_furthest_are_shown() -> None:
    digest = planted.sweep()
    groups, words = chosen(digest, "case", 5)
    every = digest.runs.groups("case")
    assert groups[0].name == every[0].name
    assert len(groups) == 5
    assert f"the 4 of {len(every)}" in words
    risk = [float(np.nanmean(digest.risk.value[one.cases])) for one in every]
    far = sorted((abs(one - risk[0]) for one in risk[1:]), reverse=True)[3]
    assert all(abs(float(np.nanmean(digest.risk.value[one.cases])) - risk[0]) >= far for one in groups[1:])


def test_names_of_points_cover_neither_points_nor_each_other() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ax = Figure(figsize=(7, 4.8)).add_subplot()
    x, y = np.array([0.094, 0.104, 0.13, 0.06, 0.076]), np.array([0.637, 0.637, 0.638, 0.585, 0.584])
    ax.scatter(x, y)
    ax.margins(0.2)
    style.name_points(
        ax, x, y, ["no resistance", "free hand", "back the resistance", "quiet", "veiled words"]
    )
    canvas = FigureCanvasAgg(ax.get_figure(root=True))
    canvas.draw()
    boxes = [one.get_window_extent(canvas.get_renderer()) for one in ax.texts]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])
    spots = ax.transData.transform(np.column_stack([x, y]))
    assert not any(box.contains(*spot) for box in boxes for spot in spots)


def test_an_unknown_name_or_kind_is_named(small_sweep: Path, result: sim.Result, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="nearest: russian_guarantee"):
        saving.save(Study(small_sweep), tmp_path, ["shares"], by="russian_guarante")
    with pytest.raises(ScenarioError, match="nearest: shares"):
        saving.save(Study(small_sweep), tmp_path, ["share"])
    with pytest.raises(ScenarioError, match="nothing named 'levers' varies"):
        saving.save(result, tmp_path, by="levers")


def test_a_cell_is_no_formula_and_a_title_no_line() -> None:
    frame = pd.DataFrame({"name": ["=cmd()", "@x", "-1.5", "fine"], "share": [0.1, 0.2, 0.3, 0.4]})
    text = data.text(frame, [("picture", "a\nb, =1"), ("unit", "share")])
    assert text.splitlines()[:2] == ["# picture: a b, =1", "# unit: share"]
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert list(table["name"]) == ["'=cmd()", "'@x", "-1.5", "fine"]


def test_the_command(panj: Callable[..., Any], small_saltelli: Path) -> None:
    told = panj("plot", small_saltelli, "--kind", "drivers", "--format", "png", "--data", "--out", "made")
    assert told.code == 0, told.err
    assert told.out.split() == ["made/drivers.png", "made/drivers.csv"]
    assert panj("plot", small_saltelli, "--kind", "pie").code == 2
    bare = panj("plot", small_saltelli, "--kind", "null", "--format", "svg", "--data", "--out", "bare")
    assert bare.out.split() == ["bare/null.svg", "bare/null.csv"]
    head, table = read(Path("bare/null.csv"))
    assert "null model less model" in head["interval"]
    assert set(table["model"]) == {"model", "null model"}


def test_a_box_comes_out_as_an_experiment(panj: Callable[..., Any], small_sweep: Path) -> None:
    import json

    # Half the cases, and the rate of clashes is among what varies.
    incidents = Study(small_sweep).outcomes.groupby("case")["incidents"].mean()
    where = f"mean(incidents) > {incidents.median():.4f}"
    told = panj("discover", small_sweep, "--where", where, "-o", "box.yaml", "--json")
    assert told.code == 0, told.err
    record = json.loads(told.out)
    assert record["overall"]["cases"] == 120
    names = {one["name"] for one in record["boxes"][0]["limits"]}
    experiment = sim.load_experiment("box.yaml")
    original = Study(small_sweep).experiment
    assert experiment.seed == original.seed + 1
    assert set(experiment.laws) == set(original.laws)
    # Every case of the new design lies in the box.
    from sim.study.sweep.blocks import Setup

    design = Setup(experiment).design()
    for limit in record["boxes"][0]["limits"]:
        assert limit["name"] in names
        if limit["low"] is not None:
            assert (design[limit["name"]] >= limit["low"] - 1e-9).all()
        if limit["high"] is not None:
            assert (design[limit["name"]] <= limit["high"] + 1e-9).all()
    assert panj("discover", small_sweep, "--where", where, "-o", "box.yaml").code == 2
    shown = panj("discover", small_sweep, "--where", where)
    assert "Box 1" in shown.out
    assert "no cause by itself" in shown.out
    nothing = panj("discover", small_sweep, "--where", "share(war) > 0.99")
    assert nothing.code == 0
    assert "too few" in nothing.out or "meet the condition" in nothing.out

"""Figures, comparison, map, stored runs and replay, each against what it is made of."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bokeh.document import Document
from bokeh.models import ImportedStyleSheet
from panel.io.state import set_curdoc

import sim
from sim.analysis.answers.over_time import occupancy
from sim.analysis.answers.shares import shares
from sim.analysis.runs import DEFAULTS, PLAUSIBLE, view
from sim.model.glossary import CLASSES
from sim.model.outcomes import PATHS
from sim.model.population import REGION_SHARES, region_of
from sim.views.dashboard import figures, map, stored, tables
from sim.views.dashboard.additions import about
from sim.views.dashboard.library import Library
from sim.views.dashboard.replay import Replay
from sim.views.dashboard.server import Guard
from sim.views.dashboard.session import Session
from sim.views.one_run import narrative

#: What is said of a group by its place in a stored result.
SET = ["group", "reading_low", "reading_high"]


@pytest.fixture(scope="module")
def spec() -> sim.Scenario:
    return sim.load_scenario("baseline").replace(weeks=40, citizens=30)


def of(run: sim.Result, group: str) -> pd.DataFrame:
    """The shares of a group of an ensemble, without what only a stored result can say."""
    table = shares(view(run))
    return table[table["group"] == group].set_index("path").loc[list(PATHS)].drop(columns=SET)


def test_figures_put_together_from_batches_are_those_of_the_public_run(spec: sim.Scenario) -> None:
    ready = figures.prepared(spec)
    blocks = [figures.batch(ready, 4, first, first + 40) for first in (0, 40, 80)]
    made, run = figures.summed(spec, 4, blocks), sim.run(spec, runs=120, seed=4)
    assert made.outcomes.equals(run.part("defaults").reset_index(drop=True))
    assert made.shares.drop(columns=SET).equals(of(run, DEFAULTS))
    mine, theirs = made.quantiles, run.quantiles[run.quantiles["part"] == "defaults"]
    assert np.array_equal(mine["q95"].to_numpy(), theirs["q95"].to_numpy(), equal_nan=True)
    for k, name in enumerate(("escalation", "rapprochement")):
        rungs = run.ladders["defaults"][:, :, k]
        assert np.array_equal(made.occupancy[name], occupancy(rungs))


def test_the_range_is_that_of_the_public_run(spec: sim.Scenario) -> None:
    ready, design = figures.across(spec, 4, 120)
    blocks = [figures.across_batch(ready, design, 4, first, first + 60) for first in (0, 60)]
    run = sim.run(spec, runs=120, seed=4)
    assert figures.spread(design, blocks).drop(columns=SET).equals(of(run, PLAUSIBLE))


def test_weekly_values_are_kept_of_the_first_runs_alone(spec: sim.Scenario) -> None:
    ready = figures.prepared(spec.replace(weeks=2, citizens=0))
    assert figures.batch(ready, 0, 0, 2).kept.shape[2] > 10
    assert figures.batch(ready, 0, figures.FANNED, figures.FANNED + 2).kept.shape[2] == 0


def test_differences_are_taken_run_by_run(spec: sim.Scenario) -> None:
    plain = spec.replace(citizens=0)
    one = figures.answer(plain.replace(parameters={"clash_base": -2.5}), 0, 150)
    two = figures.answer(plain, 0, 100)
    found = figures.differences(one, two)
    here, there = one.outcomes["path"][:100].astype(str), two.outcomes["path"].astype(str)
    assert figures.elsewhere(one, two) == (int((here != there).sum()), 100)
    for name in PATHS:
        assert found.loc[name, "change"] == pytest.approx((here == name).mean() - (there == name).mean())
        assert found.loc[name, "low"] <= found.loc[name, "change"] <= found.loc[name, "high"]
    assert figures.elsewhere(two, two) == (0, 100)


def test_every_class_is_in_the_table_with_its_numbers(spec: sim.Scenario) -> None:
    made = figures.answer(spec.replace(citizens=0), 0, 50)
    html = tables.classes(made, None)
    for name, share in made.shares["share"].items():
        words = f'<span title="{escape(CLASSES[name])}">{name}</span>'
        assert f"<th scope=row>{words}</th><td>…</td><td>{tables.percent(share)}</td>" in html


def test_regions_hold_their_citizens_and_do_not_overlap() -> None:
    for region, (_, corners, _) in enumerate(map.REGIONS):
        points = map.places(region, 120)
        assert points.shape == (120, 2)
        assert map.inside(points, corners).all()
        for other, (_, theirs, _) in enumerate(map.REGIONS):
            if other != region:
                assert not map.inside(points, theirs).any()
        nearest = np.sort(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)), axis=1)[:, 1]
        assert nearest.min() > 0.25 * np.median(nearest)
    assert len(map.REGIONS) == len(REGION_SHARES)
    river = np.array(map.RIVER)
    assert not any(map.inside(river, corners).any() for _, corners, _ in map.REGIONS)


def test_a_replay_is_the_run_with_its_citizens(spec: sim.Scenario) -> None:
    run = Replay(spec, 4, 3)
    model = sim.PolicyModel(spec, seed=4, replicate=3).run()
    assert run.last == 40
    assert run.opinions.shape == (41, 30, 3)
    assert np.allclose(run.opinions[-1], model.space.people.opinion, atol=1e-6)
    assert run.region.tolist() == [region_of(i, 30) for i in range(30)]
    assert run.regional("fear", 40)[2] == model.past(40).fear_khatlon
    assert PATHS[int(model.outcome.path)] in run.ending()
    turns = [one.number for one in run.weeks if one.changes or one.events]
    assert run.turns() == turns
    week = turns[0]
    assert narrative.move(run.model, run.weeks[week - 1].changes[0]).replace(">", "&gt;") in run.week(week)
    for one in run.weeks[week - 1].decisions:
        if one.actor == "taliban":
            title = f"Taliban, {one.instrument}: {one.choice}"
            assert title in run.choices(week, "taliban")
    assert "Nothing was decided" in run.choices(week, "nobody")
    run.close()


def test_words_of_a_storyline_are_no_markup(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script>"
    file = tmp_path / "bad.yaml"
    file.write_text(
        f"panj: 1\ntitle: Bad\nquestion: '{bad}'\nextends: baseline\nweeks: 4\ncitizens: 0\nevents:\n"
        f"  - name: an event\n    on: 2021-08-23\n    because: '{bad}'\n    change: {{fear: {{add: 0.1}}}}\n"
    )
    spec = sim.load_scenario(file)
    run = Replay(spec, 0, 0)
    for html in (about(spec), run.week(2), run.ending(), run.choices(2, "dushanbe")):
        assert "<script" not in html
    assert "&lt;script&gt;" in run.week(2)
    run.close()


def test_a_document_made_without_writing_the_page_needs_no_internet_either() -> None:
    """As for a visitor whose browser takes so long to call back that its first document is gone."""
    document = Document()
    with set_curdoc(document):
        Session(Library()).page().server_doc(document)
    urls = [str(one.url) for one in document.models if isinstance(one, ImportedStyleSheet)]
    assert urls
    assert not [url for url in urls if "://" in url]


def test_brushes_keep_the_runs_within_them(tmp_path: Path) -> None:
    spec = sim.load_scenario("baseline").replace(weeks=40, citizens=0)
    result = sim.run(spec, runs=100, seed=1)
    found = stored.opened(result.save(tmp_path / "one"))
    assert len(found.runs) == 100
    # What is set at the start and read off at the end has a column for each.
    both = [name for name in result.design.columns[1:] if name in result.outcomes]
    assert both
    assert {f"{name}_at_start" for name in both} <= set(found.inputs)
    varied = {name.removesuffix("_at_start") for name in found.inputs}
    assert varied <= set(result.design.columns)
    assert stored.chosen(found.runs, {}).all()
    name = found.inputs[0]
    low, high = stored.ends(found.runs[name])
    middle = (low + high) / 2
    kept = stored.chosen(found.runs, {name: (low, middle)})
    values = found.runs[name].to_numpy(float)
    assert (kept == (values <= middle)).all()
    both = stored.chosen(found.runs, {name: (low, middle), "path": (7, 7)})
    assert (both == kept & (found.runs["path"] == "cold peace").to_numpy()).all()
    lines = stored.Lines()
    lines.show(found, (name, "path"), {name: (low, middle)})
    assert len(lines.source.data["xs"]) == 100
    assert np.mean(np.asarray(lines.source.data["alpha"]) > 0.2) == pytest.approx(kept.mean())
    assert len(lines.brushed.data["left"]) == 1


def test_a_result_in_which_nothing_varies_says_so(tmp_path: Path) -> None:
    spec = sim.load_scenario("baseline").replace(weeks=4, citizens=0)
    folder = sim.run(spec, runs=3, plausible=False).save(tmp_path / "one")
    with pytest.raises(sim.errors.ResultError, match="nothing varies"):
        stored.opened(folder)


@pytest.mark.parametrize(
    ("address", "host", "known"),
    [
        ("127.0.0.1", "127.0.0.1:80", True),
        ("127.0.0.1", "localhost:80", True),
        ("127.0.0.1", "[::1]:80", True),
        ("127.0.0.1", "192.168.0.9:80", False),
        ("127.0.0.1", "evil.example:80", False),
        ("127.0.0.1", "127.0.0.1:81", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "", False),
        ("0.0.0.0", "192.168.0.9:80", True),
        ("0.0.0.0", "evil.example:80", False),
        ("0.0.0.0", "localhost:80", True),
        ("::", "[fe80::1]:80", True),
        ("::1", "[::1]:80", True),
        ("::1", "evil.example:80", False),
    ],
)
def test_hosts_a_server_knows_itself_by(address: str, host: str, known: bool) -> None:
    assert Guard(address, 80).knows(host) is known

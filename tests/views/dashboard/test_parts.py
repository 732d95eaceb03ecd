"""Figures, comparison, map, stored runs and replay, each against what it is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
from sim.analysis.one_run.typical import typical
from sim.analysis.runs import DEFAULTS, PLAUSIBLE, view
from sim.model.glossary import CLASSES
from sim.model.outcomes import PATHS
from sim.model.population import REGION_SHARES, region_of
from sim.model.registry import load
from sim.scenario.conditions import seen
from sim.scenario.schema import When
from sim.views.dashboard import figures, knobs, map, state, stored, tables
from sim.views.dashboard.additions import Additions, CommitmentForm, EventForm, about
from sim.views.dashboard.computing import Question
from sim.views.dashboard.finder import matching
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import Work, at_once
from sim.views.dashboard.outlook_pane import FIRST_WORDS, OutlookPane
from sim.views.dashboard.replay import Replay
from sim.views.dashboard.server import Guard
from sim.views.dashboard.session import Session
from sim.views.dashboard.stored_pane import StoredPane
from sim.views.finding import most
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
    found = figures.spread(design, blocks)
    assert found.shares.drop(columns=SET).equals(of(run, PLAUSIBLE))
    assert most(found) == most(view(run))  # the sentence that the page of the run begins with


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


def test_figures_of_what_was_set_before_are_marked_until_the_new_ones_come(spec: sim.Scenario) -> None:
    with set_curdoc(Document()):
        session = Session(Library())
    session.shown = figures.answer(spec.replace(citizens=0), 0, 5)
    session.question = Question(spec.replace(parameters={"clash_base": -6.0}), 0, 5)
    session._mark_old()
    assert "Still the figures of <b>Baseline</b>" in session.old.object
    assert session.shares.css_classes == session.classes.css_classes == ["old"]
    session.question = Question(spec, 1, 5)
    session._mark_old()
    assert session.shares.css_classes == ["old"]  # on another seed
    session.question = Question(spec, 0, 5)  # of which the preview is shown
    session._mark_old()
    assert session.old.object == ""
    assert session.shares.css_classes == session.classes.css_classes == []


def test_the_typical_run_is_that_of_the_result(spec: sim.Scenario) -> None:
    made = figures.answer(spec.replace(citizens=0), 4, 80)
    for one in typical(sim.run(spec.replace(citizens=0), runs=80, seed=4, plausible=False)):
        assert f"0:{figures.typical(made, one.path)}" == one.run


def test_a_number_is_found_by_any_words_of_its_name_meaning_or_source() -> None:
    every = knobs.settable()
    for one in every:
        assert one in matching(one.name.replace("_", " "), every)
        assert one in matching(" ".join(reversed(one.meaning.upper().split())), every)
    assert not matching("no number of the model says this", every)
    assert matching("", every) == every


def test_a_forms_mapping_is_what_a_file_would_hold() -> None:
    library, asked = Library(), []
    additions = Additions(library, asked.append, at_once)
    event, bound = additions.forms
    for form in additions.forms:
        form.fill()
    assert isinstance(event, EventForm)
    event.name.value, event.how.value, event.size.value = "it worsens", "add", "a lot"
    event.target.list.value = "hardship"
    event.moment.choice.value, event.moment.field.value = "above", "0.6"
    event.moment.variable.list.value = "tension"
    event._pressed()
    assert "size: expected a number like 0.5, found &#x27;a lot&#x27;" in event.alert.object
    event.size.value, event.lasts.value = "0,1", "8 weeks"
    event._pressed()
    assert event.alert.object == ""
    when = {"variable": "tension", "above": 0.6}
    change = {"hardship": {"add": 0.1}}
    assert event.mapping() == {"name": "it worsens", "when": when, "lasts": "8 weeks", "change": change}
    assert asked[-1].added("events") == [event.mapping()]
    bound._pressed()
    assert asked[-1].added("commitments") == [bound.mapping()]
    event.moment.choice.value, event.moment.field.value = "hazard", "2"
    event._pressed()
    assert "hazard: expected" in event.alert.object
    assert "events[" not in event.alert.object


def test_a_commitment_begins_and_ends_by_what_its_actor_sees() -> None:
    library, asked = Library(), []
    form = Additions(library, asked.append, at_once).forms[1]
    form.fill()
    assert isinstance(form, CommitmentForm)
    form.actor.value = "uzbekistan"
    offered = set(form.start.variable.list.options.values()) - {""}
    assert offered == set(seen(load(), "uzbekistan"))
    form.name.value, form.first.value = "go-between", "2022-01-03"
    form.start.choice.value, form.start.field.value = "above", "0.6"
    form.start.variable.list.value = "escalation"
    form.end.choice.value = "written"
    form.end.field.value = "{all: [{rung: escalation, below: 1}, {after: 2022-06-06}]}"
    form.again.value = True
    form._pressed()
    assert form.alert.object == ""
    (one,) = state.scenario(asked[-1], library).commitments
    assert one.when == When(variable="escalation", above=0.6)
    until = When(all=[When(rung="escalation", below=1.0), When(after="2022-06-06")])
    assert (one.name, str(one.from_), one.until, one.again) == ("go-between", "2022-01-03", until, True)
    for wrong in ("calm", "{rung: ["):
        form.end.field.value = wrong
        form._pressed()
        assert "condition: expected one like" in form.alert.object
    form.end.choice.value, form.end.field.value = "after", "nothing of this name"
    form._pressed()
    assert "nothing of this name" in form.alert.object


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


def test_levers_are_axes_of_a_study_and_ticked_by_name(small_sweep: Path) -> None:
    library = Library(small_sweep.parent)
    pane = StoredPane(library, at_once, lambda work: None)
    pane._take(stored.opened(small_sweep), "")
    assert pane.found is not None
    assert stored.names(pane.found.runs[pane.found.inputs[0]])
    assert {"talks", "reading"} <= set(stored.first_axes(pane.found))
    name = "talks"
    column = pane.found.runs[name].astype(str)
    ticks = pane.sliders[pane._columns().index(name)]
    ticks.value = [column.iloc[0]]
    assert pane.brushes == {name: frozenset([column.iloc[0]])}
    kept = stored.chosen(pane.found.runs, pane.brushes)
    assert (kept == (column == column.iloc[0])).all()
    assert f"{kept.sum():,} of {len(kept):,} runs within the brushes" in pane.shares.object
    assert len(pane.lines.brushed.data["left"]) == 1
    ticks.value = list(stored.names(pane.found.runs[name]))
    assert pane.brushes == {}


def test_the_map_is_coloured_between_the_extremes_of_the_run(spec: sim.Scenario) -> None:
    run, drawn = Replay(spec, 4, 3), map.Map()
    drawn.show(run, 7, "fear")
    means = [mean for week in range(run.last + 1) for mean in run.regional("fear", week)]
    assert (drawn.colours.low, drawn.colours.high) == (min(means), max(means))
    assert drawn.regions.data["mean"] == run.regional("fear", 7)
    assert drawn.scale.title.startswith("fear")
    assert list(drawn.citizens.data["region"]) == [map.REGIONS[k][0] for k in run.region]
    run.close()


@pytest.mark.parametrize("folder", [".", "results"])
def test_words_keep_their_points_and_lose_the_folders_place(folder: str) -> None:
    library = Library(Path(folder))
    words = "no storyline 'nonsense.yaml' here; nearest: saved.yaml"
    assert library.private(words) == words
    assert library.private(f"{Path(folder).absolute()}/one: no file") == "the folder/one: no file"


def test_what_is_said_of_observations_is_about_what_is_chosen_last(spec: sim.Scenario) -> None:
    turns: list[Callable[[], object]] = []
    works: list[Work] = []
    pane = OutlookPane(Library(), turns.append, works.append)

    def finish() -> list[str]:
        """Do all work, the last begun first, then make every change of the page in its turn; return them."""
        while works:
            asyncio.run(works.pop()())  # type: ignore[arg-type]
        shown = []
        while turns:
            turns.pop(0)()
            shown.append(pane.answer.object)
        return shown

    pane.follow(Question(spec, 0, 100))
    assert not works
    pane.which.value = "record"
    pane.which.value = ""
    pane.which.value = "record"
    finish()
    assert "role=alert" in pane.answer.object  # it goes beyond the storyline
    pane.follow(Question(spec.replace(weeks=130), 1, 200))
    assert len(works) == 1
    _, half, whole, answer = finish()
    assert "100 of 200…" in half
    assert "200 of 200…" in whole
    assert "From 2023-12-31 on" in answer
    assert "e+0" not in answer  # millions are written as such
    pane.follow(Question(spec, 2, 100))
    pane.which.value = ""
    finish()
    assert pane.answer.object == FIRST_WORDS


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

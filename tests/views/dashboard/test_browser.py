"""The page in a real browser whose network ends at this machine."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sim
from sim.analysis.one_run.typical import typical
from sim.analysis.runs import view
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.views.dashboard import figures, knobs, tables
from sim.views.dashboard.charts import percent
from sim.views.finding import most
from sim.views.numbers import extent
from sim.views.pages.outlook import finding, listings, rests
from tests.views.browser import violations

if TYPE_CHECKING:
    from tests.views.dashboard.conftest import Site, Visit

SHORT = "weeks=60&citizens=0&runs=240"


def expected(runs: int = 240, seed: int = 0, name: str = "baseline", **given: Any) -> figures.Figures:
    spec = sim.load_scenario(name).replace(weeks=60, citizens=0, **given)
    return figures.answer(spec, seed, runs)


def told(found: figures.Figures) -> dict[str, str]:
    return {name: percent(share) for name, share in found.shares["share"].items()}


def here(now: dict[str, Any]) -> dict[str, str]:
    return {name: cells[1] for name, cells in now["shares"].items()}


def fits(visitor: Visit, width: int) -> None:
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    smallest = visitor.page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('h1, h2, p, a')]
             .map(one => parseFloat(getComputedStyle(one).fontSize)))"""
    )
    assert smallest >= 14


def test_the_figures_are_those_of_the_model_and_nothing_is_asked_of_the_internet(visitor: Visit) -> None:
    now = visitor.settled(f"?{SHORT}")
    assert here(now) == told(expected())
    assert all(cells[0] not in ("", "…") for cells in now["shares"].values())
    assert now["finding"] == most(view(sim.run(expected().spec, runs=240)))
    assert visitor.outside == []
    assert visitor.page.title()


def test_everything_is_reached_by_the_keyboard(visitor: Visit) -> None:
    wanted = {
        "SELECT:",
        "INPUT:",
        "slider:audience_cost",
        "BUTTON:Pin this answer",
        "SUMMARY:",
        "BUTTON:Step through",
        "BUTTON:Save as",
        "BUTTON:Copy the command",
    }
    reached: list[str] = []
    while wanted and len(reached) < 150:
        visitor.page.keyboard.press("Tab")
        reached.append(visitor.focused())
        wanted = {one for one in wanted if not reached[-1].startswith(one)}
    assert not wanted, reached


def test_a_knob_turned_by_keyboard_changes_the_distribution_and_back_undoes_it(visitor: Visit) -> None:
    before = visitor.state()["shares"]
    handle = visitor.page.get_by_role("slider", name="audience_cost (utility)")
    for _ in range(6):
        handle.press("PageDown")
    # The slider is the browser's own and has moved; the address follows as the page answers.
    value = float(handle.get_attribute("aria-valuetext"))
    assert 1.6 <= value < 3.4
    now = visitor.settled(f"?{SHORT}&set=audience_cost:{value}")
    assert now["turned"].startswith(f"audience_cost {value:g} instead of 3.4")
    assert now["shares"] != before
    assert here(now) == told(expected(parameters={"audience_cost": value}))
    while "set=" in visitor.state()["search"]:
        address = visitor.page.url
        visitor.page.evaluate("history.back()")
        visitor.until(lambda now: now["url"] != address and now["link"] == now["url"])  # noqa: B023
    assert visitor.settled(f"?{SHORT}")["shares"] == before
    assert handle.get_attribute("aria-valuetext") == "3.4"


def test_pinned_and_compared_on_the_same_randomness(visitor: Visit) -> None:
    visitor.press("Pin this answer")
    visitor.until(lambda now: "0 of 240 runs end in another class" in now["caption"])
    visitor.page.get_by_label("Storyline").first.select_option(label="Russia thins out its base")
    visitor.until(lambda now: "storyline=thin_guarantee" in now["link"])  # of its own length and size
    visitor.fill("Weeks", 60)
    visitor.until(lambda now: "&weeks=60" in now["link"].partition("&pin=")[0])
    visitor.fill("Citizens", 0)
    now, pin = expected(name="thin_guarantee"), expected()
    moved, of = figures.elsewhere(now, pin)
    wanted = {
        name: [percent(row["now"]), percent(row["pin"]), tables.points(row["change"])]
        for name, row in figures.differences(now, pin).iterrows()
    }
    seen = visitor.until(
        lambda now: now["kind"] == "complete" and "&citizens=0" in now["link"].partition("&pin=")[0]
    )
    assert f"{moved:,} of {of:,} runs end in another class" in seen["caption"]
    assert {name: cells[:3] for name, cells in seen["shares"].items()} == wanted


def test_a_run_is_stepped_through_with_its_appraisal_tables(visitor: Visit) -> None:
    visitor.fill("Run number", 1)
    visitor.press("Step through this run")
    visitor.week(1)
    visitor.press("Week after")
    visitor.week(2)
    model = sim.PolicyModel(sim.load_scenario("baseline").replace(weeks=60, citizens=0), seed=0, replicate=1)
    model.step(), model.step()
    chosen = next(one for one in model.decisions if one.week == 2 and one.actor == "dushanbe")
    table = visitor.page.locator("table", has_text=f"Dushanbe, {chosen.instrument}: {chosen.choice}").first
    table.wait_for()
    utility = table.locator("tr.mark td").all_inner_texts()[1:]
    assert utility == [f"{value:.2f}".replace("-", "−") for value in chosen.utilities.values()]
    model.run()
    visitor.page.get_by_text(f"Run 1 of seed 0 ends in {PATHS[int(model.outcome.path)]}").wait_for()
    fits(visitor, 1280)
    visitor.press("Next turning of a ladder")
    visitor.until(lambda now: now["week"] and not now["week"].startswith(("Week 1,", "Week 2,")))


def test_a_typical_run_of_a_class_is_found_and_opened(visitor: Visit) -> None:
    result = sim.run(sim.load_scenario("baseline").replace(weeks=60, citizens=0), runs=240, plausible=False)
    found = max(typical(result), key=lambda one: one.runs)
    visitor.page.get_by_label("A typical run of").select_option(label=found.path.capitalize())
    number = int(found.run.partition(":")[2])
    visitor.page.get_by_text(f"Run {number} of seed 0 ends in {found.path}.").wait_for()
    never = next(name for name in PATHS if name not in {one.path for one in typical(result)})
    visitor.page.get_by_label("A typical run of").select_option(label=never.capitalize())
    visitor.page.get_by_text(f"No run of these ends in {never}.").wait_for()


EVENT = {"name": "base thinned", "on": "2021-10-04", "change": {"russian_guarantee": {"multiply": 0.3}}}
BOUND = {"actor": "dushanbe", "instrument": "force", "avoid": ["mobilise"]}
BOUND |= {"when": {"variable": "rhetoric", "above": 0.5}}


def fill_event(visitor: Visit, day: str) -> None:
    """Fill in the form of an event and press its button."""
    quantity = load().world["russian_guarantee"]
    label = f"{quantity.meaning[:1].upper()}{quantity.meaning[1:]} ({quantity.name})"
    opened = visitor.page.get_by_label("Name of the event")
    if not opened.count():
        visitor.press("Add an event")
    opened.fill("base thinned")
    visitor.page.get_by_label("What changes: search by any word").fill("russia")
    visitor.page.get_by_label("What changes", exact=True).select_option(label=label)
    visitor.page.get_by_label("Size of the change").fill("0.3")
    visitor.page.get_by_label("Day (2022-03-07), level, chance or name").fill(day)
    visitor.press("Add the event")


def test_an_event_and_a_commitment_are_set_by_hand(
    visitor: Visit, panj: Callable[..., Any], tmp_path: Path
) -> None:
    fill_event(visitor, "October")
    visitor.until(lambda now: any(one.startswith("on: expected a date") for one in now["alerts"]))
    assert visitor.state()["search"] == f"?{SHORT}"  # what is wrong is not asked for
    fill_event(visitor, "2021-10-04")
    visitor.until(lambda now: "base%20thinned" in now["link"])
    visitor.press("Bind an actor")
    visitor.page.get_by_label("Instrument").select_option(label="Force")
    visitor.page.get_by_label("Promise").select_option(label="avoids")
    option = visitor.page.get_by_label("Option")
    visitor.until(lambda _: "mobilise" in option.inner_text())
    label = next(one for one in option.locator("option").all_inner_texts() if one.startswith("mobilise"))
    option.select_option(label=label)
    visitor.page.get_by_label("It begins", exact=True).select_option(label="once a variable rises above")
    visitor.page.get_by_label("Level, day or name that begins it").fill("0.5")
    watched = visitor.page.get_by_label("It begins: the variable", exact=True)
    listed = watched.locator("option").all_inner_texts()
    watched.select_option(label=next(one for one in listed if one.endswith("(rhetoric)")))
    visitor.press("Bind the actor")
    now = visitor.until(lambda now: "commitments=" in now["link"] and now["kind"] == "complete")
    assert here(now) == told(expected(events=[EVENT], commitments=[BOUND]))
    assert not now["alerts"]
    visitor.page.get_by_text("On 2021-10-04: base thinned.").wait_for()
    fits(visitor, 1280)
    with visitor.page.expect_download() as download:
        visitor.press("Save as a scenario file")
    download.value.save_as(tmp_path / "saved.yaml")
    spec = sim.check(tmp_path / "saved.yaml")
    assert [one.name for one in spec.events] == ["base thinned"]
    assert spec.commitments[-1].avoid == ("mobilise",)
    assert now["command"].startswith("panj run baseline-changed.yaml --runs 240")
    visitor.press("Remove base thinned")
    visitor.until(lambda now: "events=" not in now["link"] and "commitments=" in now["link"])


def test_a_parameter_is_found_by_a_word_of_its_meaning(visitor: Visit) -> None:
    one = knobs.addable()[0]
    visitor.page.get_by_label("Add a parameter: search by any word").fill(one.meaning)
    listed = visitor.page.get_by_label("Add a parameter", exact=True)
    visitor.until(lambda _: listed.locator("option").count() <= 3)
    label = next(text for text in listed.locator("option").all_inner_texts() if f"({one.name})" in text)
    listed.select_option(label=label)
    visitor.page.get_by_role("slider", name=one.name).first.wait_for()


def test_the_second_visitor_is_served_while_the_first_computes(
    visitor: Visit, visit: Callable[..., Visit]
) -> None:
    first = visit("?weeks=520&citizens=2000&runs=5000")
    first.until(lambda now: now["kind"] == "look")
    now = visitor.go(f"?{SHORT}&seed=11")
    assert here(now) == told(expected(seed=11))
    assert first.state()["kind"] == "look"  # still at its thousands of runs
    first.press("Stop computing")
    first.until(lambda now: now["kind"] == "stopped")


def test_the_forms_fit_a_telephone(visit: Callable[..., Visit]) -> None:
    visitor = visit(width=390)
    visitor.settled()
    fill_event(visitor, "2021-10-04")
    visitor.until(lambda now: "base%20thinned" in now["link"])
    fits(visitor, 390)


def test_an_outlook_is_that_of_the_command_and_follows_what_is_set(visitor: Visit) -> None:
    chosen, outlook = visitor.page.get_by_label("Observations"), visitor.page.locator("#outlook")
    chosen.select_option(label="What was counted and reported to the end of 2023")
    refusal = outlook.get_by_role("alert")
    refusal.get_by_text("the weeks of the scenario").wait_for()
    assert not outlook.locator("table").count()
    chosen.select_option(label="What I know of the first winter")
    spec = sim.load_scenario("baseline").replace(weeks=60, citizens=0)
    for seed in (0, 1):
        visitor.go(f"?{SHORT}&seed={seed}" if seed else f"?{SHORT}")
        wanted = sim.outlook(spec, visitor.site.folder / "seen.yaml", particles=240, seed=seed)
        outlook.get_by_text(rests(wanted), exact=True).wait_for()
        assert outlook.locator(".finding").inner_text() == finding(wanted)
        rows = [row.split("\t") for row in outlook.locator("tbody").first.inner_text().splitlines()]
        assert [tuple(row) for row in rows] == next(listings(wanted)).rows
    assert not refusal.count()
    assert not violations(visitor.page)
    chosen.select_option(label="")
    outlook.get_by_text("Choose observations").wait_for()


def test_a_stored_result_is_opened_and_brushed(visitor: Visit) -> None:
    visitor.page.get_by_label("Stored result").select_option(label="Baseline – stored")
    visitor.until(lambda now: now["brushed"].startswith("200 of 200 runs"))
    handle = visitor.page.locator("#stored .noUi-handle").first
    for _ in range(4):
        handle.press("PageUp")
    visitor.until(lambda now: now["brushed"] and not now["brushed"].startswith("200 of 200"))
    visitor.press("Clear the brushes")
    visitor.until(lambda now: now["brushed"].startswith("200 of 200 runs"))
    picture = visitor.page.locator("#stored .bk-Figure").first
    picture.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")

    def dragged(now: dict[str, Any]) -> bool:
        if now["brushed"] and not now["brushed"].startswith("200 of 200"):
            return True
        box = picture.bounding_box()  # anew each time: what loads above moves it
        x = box["x"] + 0.09 * box["width"]
        visitor.page.mouse.move(x - 25, box["y"] + 0.35 * box["height"])
        visitor.page.mouse.down()
        visitor.page.mouse.move(x + 25, box["y"] + 0.6 * box["height"], steps=6)
        visitor.page.mouse.up()
        return False

    visitor.until(dragged)


def test_everything_has_a_name_for_those_who_do_not_see_it(visitor: Visit) -> None:
    """With a run and a stored result open, as the tests before leave them, or opened here."""
    visitor.press("Step through this run")
    visitor.page.get_by_label("Stored result").select_option(label="Baseline – stored")
    visitor.until(lambda now: now["week"] and now["brushed"])
    figures_shown = visitor.page.locator(".bk-Figure").count()

    def pictures(tree: list[tuple[str, str]]) -> list[str]:
        return [name for role, name in tree if role == "image" and name]

    visitor.until(lambda _: len(pictures(visitor.tree())) == figures_shown)
    for card, field in (("Add an event", "Name of the event"), ("Bind an actor", "It begins")):
        opened = visitor.page.get_by_label(field, exact=True)
        if not opened.is_visible():  # the tests before may have left it open
            visitor.press(card)
        opened.wait_for()
    assert violations(visitor.page) == []
    tree = visitor.tree()
    kinds = {"slider", "button", "combobox", "textbox", "link", "region", "image", "DisclosureTriangle"}
    assert kinds <= {role for role, _ in tree}
    # The arrows of the cards' headings are ornaments beside a named button.
    nameless = [one for one in tree if not one[1] or one[1] == "null"]
    assert {role for role, _ in nameless} <= {"image"}
    assert len(nameless) == visitor.page.locator(".card-header svg").count()
    assert any(name.startswith("Where runs end") and "%" in name for name in pictures(tree))
    assert [name for role, name in tree if role == "slider" and name.endswith((", from", ", to"))]


def test_the_saved_file_and_the_command_give_the_same_figures(
    visitor: Visit, panj: Callable[..., Any], tmp_path: Path
) -> None:
    shown = visitor.go(f"?reading=sincere&{SHORT}&seed=5&set=audience_cost:2.0&set=solidarity:0.7")
    with visitor.page.expect_download() as download:
        visitor.press("Save as a scenario file")
    file = tmp_path / "saved.yaml"
    download.value.save_as(file)
    assert panj("check", file).code == 0
    assert shown["command"].startswith("panj run baseline --runs 240 --seed 5")
    for arguments in (shlex.split(shown["command"])[1:], ["run", str(file), "--runs", "240", "--seed", "5"]):
        done = panj(*arguments, "--json", "--no-plots", "--force", "--out", "out")
        assert done.code == 0, done.err
        told_by = json.loads(done.out)
        assert {row["path"]: percent(row["share"]) for row in told_by["defaults"]["paths"]} == here(shown)
        wide = {
            row["path"]: extent(row["case_low"], row["case_high"]) for row in told_by["plausible"]["paths"]
        }
        assert wide == {name: cells[0] for name, cells in shown["shares"].items()}


def test_the_command_is_copied(visitor: Visit) -> None:
    visitor.page.evaluate(
        "() => { window.taken = []; navigator.clipboard.writeText = async text => { taken.push(text) } }"
    )
    visitor.press("Copy the command")
    visitor.until(lambda now: visitor.page.evaluate("taken.length"))
    assert visitor.page.evaluate("taken") == [visitor.state()["command"]]


def test_refining_shows_progress_and_can_be_stopped_and_taken_up_again(visitor: Visit) -> None:
    # As many runs of as many weeks as the page gives: not over before a slow hand stops them.
    asked = "?weeks=520&citizens=1000&runs=5000"
    visitor.ask(asked)
    visitor.until(lambda now: now["kind"] == "look")
    visitor.page.get_by_role("progressbar").first.wait_for()
    visitor.press("Stop computing")
    visitor.until(lambda now: now["kind"] == "stopped")
    visitor.fill("Citizens", 0)
    visitor.fill("Runs", 400)
    visitor.settled("?weeks=520&citizens=0&runs=400")


def test_more_than_the_page_gives_is_refused(visitor: Visit) -> None:
    for name, value in (("Runs", 10_000_000), ("Citizens", 90_000), ("Weeks", 2080)):
        visitor.fill(name, value)
        wanted = f"{name.lower()}: this page gives"
        visitor.until(lambda now: any(one.startswith(wanted) for one in now["alerts"]))  # noqa: B023
    field = visitor.page.get_by_label("Weeks", exact=True).first
    visitor.until(lambda _: field.input_value() == "60")
    assert visitor.state()["search"] == f"?{SHORT}"


def test_a_link_brings_the_page_back_on_a_telephone(visitor: Visit, visit: Callable[..., Visit]) -> None:
    pin = "weeks%3D60%26citizens%3D0%26runs%3D240"
    visitor.go(f"?{SHORT}&set=clash_base:-6.9&pin={pin}")
    visitor.fill("Run number", 2)
    visitor.press("Step through this run")
    visitor.page.get_by_text("Run 2 of seed 0 ends in").wait_for()
    number = int(visitor.state()["week"].partition(" ")[2].partition(",")[0])
    visitor.press("Week after" if number < 60 else "Week before")
    number += 1 if number < 60 else -1
    visitor.week(number)
    first = visitor.until(lambda now: now["link"].endswith(f"&replicate=2&week={number}"))
    visitor.until(lambda now: now["url"] == first["link"])
    again = visit("?" + first["link"].partition("?")[2], width=390)
    again.settled()
    now = again.week(number)
    assert now["shares"] == first["shares"]
    assert now["turned"].startswith("clash_base -6.9 instead of -7")
    again.page.get_by_text("Run 2 of seed 0 ends in").wait_for()
    fits(again, 390)


def test_a_link_that_asks_for_nonsense_says_so_and_begins_anew(visit: Callable[..., Visit]) -> None:
    visitor = visit("?runs=50&storyline=%3Cimg%20src=x%20onerror=alert(1)%3E")
    visitor.until(lambda now: any("<img" in one for one in now["alerts"]))
    visitor.until(lambda now: "Baseline" in now["status"])
    # What lies outside the folder is not read for a link either.
    visitor.ask("?storyline=../secret.yaml")
    visitor.until(lambda now: any("no storyline '../secret.yaml'" in one for one in now["alerts"]))
    assert "SECRET" not in visitor.page.content()


def test_a_name_pointed_here_is_refused_by_its_name(browser: Any, site: Site) -> None:
    page = browser.new_context().new_page()
    answer = page.goto(f"http://rebound.test:{site.port}/")
    assert answer.status == 403
    page.context.close()


def test_ten_visitors_at_once_do_not_mix(resident: Visit, visit: Callable[..., Visit]) -> None:
    come: list[Visit] = visit.here  # type: ignore[attr-defined]
    while len(come) < 10:
        visit(f"?weeks=60&citizens=0&runs=100&seed={len(come)}", beside=resident)
    asked = [
        f"?weeks=60&citizens=0&runs=100&seed={seed}" if seed else "?weeks=60&citizens=0&runs=100"
        for seed in range(10)
    ]
    for visitor, query in zip(come, asked, strict=True):
        visitor.until(lambda now: now["kind"])
        visitor.ask(query)
    for seed, (visitor, query) in enumerate(zip(come, asked, strict=True)):
        assert here(visitor.settled(query)) == told(expected(100, seed))

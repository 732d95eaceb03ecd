"""The page in a real browser whose network ends at this machine."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import sim
from sim.model.outcomes import PATHS
from sim.views.dashboard import figures, tables
from sim.views.dashboard.charts import percent

# Minutes of a browser that draws without a graphics card, and some wait on the clock: run by make test-long.
pytestmark = pytest.mark.long

SHORT = "weeks=60&citizens=0&runs=240"


def expected(runs: int = 240, seed: int = 0, name: str = "baseline", **given: Any) -> figures.Figures:
    spec = sim.load_scenario(name).replace(weeks=60, citizens=0, **given)
    return figures.answer(spec, seed, runs)


def told(found: figures.Figures) -> dict[str, str]:
    return {name: percent(share) for name, share in found.shares["share"].items()}


def here(visitor: Any) -> dict[str, str]:
    return {name: cells[1] for name, cells in visitor.shares().items()}


def test_the_figures_are_those_of_the_model_and_nothing_is_asked_of_the_internet(
    visit: Callable[..., Any],
) -> None:
    visitor = visit().settled()
    assert here(visitor) == told(expected())
    ranges = [cells[0] for cells in visitor.shares().values()]
    assert all(cell not in ("", "…") for cell in ranges)
    assert visitor.outside == []
    assert visitor.page.title()


def test_everything_is_reached_by_the_keyboard(visit: Callable[..., Any]) -> None:
    visitor = visit().settled()
    reached = set()
    for _ in range(70):
        visitor.page.keyboard.press("Tab")
        reached.add(visitor.focused())
    kinds = {one.partition(":")[0] for one in reached}
    assert {"SELECT", "INPUT", "slider", "BUTTON", "SUMMARY"} <= kinds, kinds
    assert any("Pin this answer" in one for one in reached)
    assert any("Step through" in one for one in reached)


def test_a_knob_turned_by_keyboard_changes_the_distribution(visit: Callable[..., Any]) -> None:
    visitor = visit().settled()
    before = visitor.shares()
    handle = visitor.slider("audience_cost")
    handle.focus()
    start = time.monotonic()
    for _ in range(8):
        handle.press("PageDown")
    visitor.page.wait_for_function("() => document.location.search.includes('audience_cost')", timeout=10_000)
    visitor.page.wait_for_selector("ul.turned >> text=audience_cost")
    visitor.settled()
    took = time.monotonic() - start
    value = float(visitor.page.url.partition("audience_cost:")[2].partition("&")[0])
    assert 1.6 <= value < 3.4
    assert visitor.shares() != before
    assert here(visitor) == told(expected(parameters={"audience_cost": value}))
    assert took < 20


def test_pinned_and_compared_on_the_same_randomness(visit: Callable[..., Any]) -> None:
    visitor = visit().settled()
    visitor.press("Pin this answer")
    visitor.page.wait_for_selector("text=0 of 240 runs end in another class")
    visitor.page.get_by_label("Storyline").first.select_option(label="Russia thins out its base")
    visitor.page.wait_for_selector("text=Russia thins out its base: 240 runs")
    visitor.page.get_by_label("Weeks").first.fill("60")
    visitor.page.get_by_label("Weeks").first.press("Enter")
    visitor.page.get_by_label("Citizens").first.fill("0")
    visitor.page.get_by_label("Citizens").first.press("Enter")
    visitor.page.wait_for_function(
        "() => /weeks=60/.test(location.search.split('pin=')[0]) && /citizens=0/.test(location.search)"
    )
    visitor.settled()
    now, pin = expected(name="thin_guarantee"), expected()
    moved, of = figures.elsewhere(now, pin)
    visitor.page.wait_for_selector(f"text={moved:,} of {of:,} runs end in another class")
    found = visitor.shares()
    for name, row in figures.differences(now, pin).iterrows():
        assert found[name][:3] == [percent(row["now"]), percent(row["pin"]), tables.points(row["change"])]


def test_a_run_is_stepped_through_with_its_appraisal_tables(visit: Callable[..., Any]) -> None:
    visitor = visit().settled()
    visitor.press("Step through this run")
    visitor.page.wait_for_selector("h3:has-text('Week 1,')")
    visitor.press("Week after")
    visitor.page.wait_for_selector("h3:has-text('Week 2,')")
    model = sim.PolicyModel(sim.load_scenario("baseline").replace(weeks=60, citizens=0), seed=0, replicate=0)
    model.step(), model.step()
    chosen = next(one for one in model.decisions if one.week == 2 and one.actor == "dushanbe")
    table = visitor.page.locator("table", has_text=f"Dushanbe, {chosen.instrument}: {chosen.choice}").first
    utility = table.locator("tr.mark td").all_inner_texts()[1:]
    assert utility == [f"{value:.2f}".replace("-", "−") for value in chosen.utilities.values()]
    model.run()
    assert visitor.page.get_by_text(PATHS[int(model.outcome.path)]).first.is_visible()
    fits(visitor, 1280)
    visitor.press("Next turn")
    visitor.page.wait_for_function("() => /week=([3-9]|[1-6][0-9])/.test(location.search)")


def test_the_saved_file_and_the_command_give_the_same_figures(
    visit: Callable[..., Any], panj: Callable[..., Any], tmp_path: Path
) -> None:
    visitor = visit(f"?{SHORT}&set=audience_cost:2.0&set=solidarity:0.7&reading=sincere&seed=5").settled()
    with visitor.page.expect_download() as download:
        visitor.press("Save as a scenario file")
    file = tmp_path / "saved.yaml"
    download.value.save_as(file)
    assert panj("check", file).code == 0
    command = visitor.page.get_by_label("The command that gives the same figures").input_value()
    assert command.startswith("panj run baseline --runs 240 --seed 5")
    shown = visitor.shares()
    for arguments in (shlex.split(command)[1:], ["run", str(file), "--runs", "240", "--seed", "5"]):
        done = panj(*arguments, "--json", "--no-plots", "--force", "--out", "out")
        assert done.code == 0, done.err
        told_by = json.loads(done.out)
        assert {row["path"]: percent(row["share"]) for row in told_by["defaults"]["paths"]} == {
            name: cells[1] for name, cells in shown.items()
        }
        wide = {
            row["path"]: tables.span(row["case_low"], row["case_high"])
            for row in told_by["plausible"]["paths"]
        }
        assert wide == {name: cells[0] for name, cells in shown.items()}


def test_a_link_brings_the_page_back(visit: Callable[..., Any]) -> None:
    first = visit(
        f"?{SHORT}&set=clash_base:-2.9&pin={'weeks%3D60%26citizens%3D0'}&replicate=2&week=7"
    ).settled()
    first.page.wait_for_selector("h3:has-text('Week 7,')")
    first.press("Week after")
    first.page.wait_for_selector("h3:has-text('Week 8,')")
    first.page.wait_for_function("() => location.search.includes('week=8')")
    shown = first.page.get_by_label("The address that brings this page back")
    expect(shown).to_have_value(re.compile(r"&replicate=2&week=8$"), timeout=30_000)
    link = shown.input_value()
    assert link == first.page.url
    again = visit("?" + link.partition("?")[2]).settled()
    again.page.wait_for_selector("h3:has-text('Week 8,')")
    assert again.shares() == first.shares()
    assert again.page.get_by_text("Run 2 of seed 0 ends in").is_visible()
    assert again.page.locator("ul.turned").inner_text().startswith("clash_base -2.9 instead of -3.4")


def test_a_link_that_asks_for_nonsense_says_so_and_begins_anew(visit: Callable[..., Any]) -> None:
    visitor = visit("?runs=50&storyline=%3Cimg%20src=x%20onerror=alert(1)%3E")
    assert "<img" in visitor.alert()
    assert "Baseline" in visitor.settled().page.locator("[role=status].complete").inner_text()


def test_a_stored_result_is_opened_and_brushed(visit: Callable[..., Any]) -> None:
    visitor = visit()
    visitor.page.get_by_label("Stored result").select_option(label="Baseline – stored")
    visitor.page.wait_for_selector("text=200 of 200 runs within the brushes")
    handle = visitor.page.locator("#stored .noUi-handle").first
    for _ in range(4):
        handle.press("PageUp")
    visitor.brushed()
    visitor.press("Clear the brushes")
    visitor.page.wait_for_selector("text=200 of 200 runs within the brushes")

    picture = visitor.page.locator("#stored .bk-Figure").first
    picture.scroll_into_view_if_needed()
    time.sleep(0.5)
    box = picture.bounding_box()
    x = box["x"] + 0.09 * box["width"]
    visitor.page.mouse.move(x - 25, box["y"] + 0.35 * box["height"])
    visitor.page.mouse.down()
    visitor.page.mouse.move(x + 25, box["y"] + 0.6 * box["height"], steps=6)
    visitor.page.mouse.up()
    visitor.brushed()


def test_refining_shows_progress_and_can_be_stopped(visit: Callable[..., Any]) -> None:
    visitor = visit("?runs=5000&citizens=2000")
    visitor.page.wait_for_selector("[role=status].look")
    visitor.press("Stop refining")
    visitor.page.wait_for_selector("[role=status].stopped")
    assert visitor.page.get_by_role("button", name="Refine again").is_visible()


def fits(visitor: Any, width: int) -> None:
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    smallest = visitor.page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('h1, h2, p, a')]
             .map(one => parseFloat(getComputedStyle(one).fontSize)))"""
    )
    assert smallest >= 14


def test_the_page_fits_a_telephone(visit: Callable[..., Any]) -> None:
    visitor = visit(f"?{SHORT}&replicate=1&pin=weeks%3D60%26citizens%3D0", width=390, height=844).settled()
    visitor.page.wait_for_selector("h3:has-text('Week 1,')")
    fits(visitor, 390)


def test_ten_visitors_do_not_mix(visit: Callable[..., Any]) -> None:
    first, second = (
        visit("?weeks=60&citizens=0&runs=100&seed=0"),
        visit("?weeks=60&citizens=0&runs=100&seed=5"),
    )
    visitors = {0: first, 5: second}
    for seed in range(10):
        if seed not in visitors:
            # Five windows of each of two browsers: every window has a session of its own.
            visitors[seed] = (first if seed < 5 else second).window(
                f"?weeks=60&citizens=0&runs=100&seed={seed}"
            )
    for seed, visitor in visitors.items():
        assert here(visitor.settled()) == told(expected(100, seed))
        assert f"seed={seed}" in visitor.page.url or seed == 0

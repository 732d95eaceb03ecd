"""The page: what it says, that user text stays text, that a browser without network shows all of it."""

from __future__ import annotations

import html as plain
import itertools
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.analysis.answers.digest import Digest
from sim.analysis.answers.shares import shares
from sim.analysis.runs import PLAUSIBLE, view
from sim.errors import ScenarioError
from sim.model.outcomes import PATHS
from sim.study.results.study import Study
from sim.views.finding import findings
from sim.views.numbers import percent
from sim.views.report import choices, reasons, trust
from sim.views.report.page import html, render
from sim.views.report.parts import Section, Text, cell, grid, span
from tests.views import browser, planted

MOST = 3_000_000
ROOT = Path(__file__).parents[3]


class Outline(HTMLParser):
    """Headings, pictures, ids and links of a page, and whatever would fetch something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.alts: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if tag == "img":
            self.alts.append(found.get("alt") or "")
        if "id" in found:
            self.ids.append(found["id"] or "")
        if tag == "a":
            self.links.append(found.get("href") or "")
        for name in ("src", "href"):
            value = found.get(name) or ""
            if value and not value.startswith(("data:", "#")):
                self.fetched.append(value)


@pytest.fixture(scope="session")
def pages(result: sim.Result, small_sweep: Path, small_saltelli: Path) -> dict[str, str]:
    return {
        "ensemble": html(result),
        "sweep": html(Study(small_sweep)),
        "saltelli": html(Study(small_saltelli)),
    }


@pytest.mark.parametrize("kind", ["ensemble", "sweep", "saltelli"])
def test_a_page_holds_everything_and_fetches_nothing(pages: dict[str, str], kind: str) -> None:
    text = pages[kind]
    outline = Outline(text)
    assert len(text.encode()) < MOST
    assert outline.fetched == []
    assert "url(" not in text.replace("default-src", "")
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("h2") >= 7
    assert outline.tags.count("img") >= 3
    assert {link[1:] for link in outline.links} <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))


def test_a_page_without_the_libraries_for_boxes_says_what_to_install(
    small_sweep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ema_workbench.analysis", None)
    (part,) = reasons.boxes(Digest(Study(small_sweep), "mean(approval) > 0.284"), "DIR")
    assert isinstance(part, Text)
    assert "pip install 'panj[discovery]'" in part.words


@pytest.mark.parametrize("kind", ["ensemble", "sweep", "saltelli"])
def test_headings_skip_no_level(pages: dict[str, str], kind: str) -> None:
    levels = [int(tag[1]) for tag in Outline(pages[kind]).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert max(levels) == 4
    assert all(now - before <= 1 for before, now in itertools.pairwise(levels))


@pytest.mark.parametrize("kind", ["ensemble", "sweep", "saltelli"])
def test_alt_texts_state_a_finding(pages: dict[str, str], kind: str) -> None:
    alts = Outline(pages[kind]).alts
    assert all(len(alt) > 40 for alt in alts)
    assert sum("%" in alt or re.search(r"\d", alt) is not None for alt in alts) >= len(alts) // 2


def test_the_first_sentence_is_the_finding_of_every_page(
    result: sim.Result, small_sweep: Path, pages: dict[str, str]
) -> None:
    for kind, source in (("ensemble", result), ("sweep", Study(small_sweep))):
        first = re.search(r'<section id="answer".*?<p class="answer">(.*?)</p>', pages[kind], re.DOTALL)
        assert first is not None
        assert plain.unescape(first[1]) == findings(view(source))[0]


def test_appendices_come_last_and_folded(pages: dict[str, str]) -> None:
    for text in pages.values():
        main, _, appendices = text.partition('<details class="appendix">')
        for name in ("answer", "run", "drivers", "trust", "again"):
            assert f'<section id="{name}"' in main
        for name in ("paths", "time", "stories", "words"):
            assert f'id="{name}-title"' not in main
            assert f'id="{name}-title"' in appendices
        assert "<details open" not in text


def test_what_was_simulated_can_be_run_again_from_the_page(small_sweep: Path, tmp_path: Path) -> None:
    study = Study(small_sweep)
    page = html(study)
    assert "Dushanbe insists on contact.warm" in page
    experiment, storyline = (
        plain.unescape(one)
        for one in re.findall(r"<summary>The .*? as a file.*?<code>(.*?)</code>", page, re.DOTALL)
    )
    (tmp_path / "experiment.yaml").write_text(experiment, encoding="utf-8")
    again = sim.load_experiment(tmp_path / "experiment.yaml")
    assert again.hash == study.experiment.hash
    assert again.goals == study.experiment.goals
    (tmp_path / "storyline.yaml").write_text(storyline, encoding="utf-8")
    assert sim.load_scenario(tmp_path / "storyline.yaml").hash == sim.load_scenario("baseline").hash


def test_a_storyline_on_the_page_has_its_reasons() -> None:
    spec = sim.load_scenario("thin_guarantee").replace(weeks=20, citizens=0)
    page = plain.unescape(html(sim.run(spec, runs=3, plausible=False)))
    assert "On 2022-03-07: base thinned out." in page
    assert "Because: the troops are needed in another war." in page
    assert "because: the troops are needed in another war" in page  # and in the file


def test_how_far_to_trust_it_is_what_the_checks_came_to(pages: dict[str, str]) -> None:
    """The figures that every page quotes are those of the page on validity, which is made with them."""
    told, validity = trust.record(), (ROOT / "docs/explanation/validity.md").read_text(encoding="utf-8")
    verdicts = dict(reversed(re.findall(r"^\| (K\d+) \|.*?\*\*(.*?)\*\*", validity, re.MULTILINE)))
    assert told["claims"]["of"] == len(verdicts)
    assert told["claims"]["holding"] == sum(one == "holds" for one in verdicts.values())
    history = told["history"]
    assert f"{history['inside']} of {history['of']} in the 90% band" in validity
    for one in history["checks"]:
        verdict = "holds" if one["holds"] else "does not hold"
        assert f"Check '{one['name']}' {verdict}: {one['found']}; wanted: {one['wanted']}." in validity
    for text in pages.values():
        for line in trust.checks():
            assert line in plain.unescape(text)


def test_the_answer_says_what_the_tables_say(result: sim.Result, pages: dict[str, str]) -> None:
    table = shares(view(result)).set_index(["group", "path"]).loc[PLAUSIBLE].loc[list(PATHS)]
    first = re.findall(r'<p class="answer">(.*?)</p>', pages["ensemble"], re.DOTALL)[0]
    assert f"{percent(table['share'].max())} of them" in first
    assert f"end in {table['share'].idxmax()}" in first


def test_user_text_is_escaped(pages: dict[str, str]) -> None:
    text = pages["sweep"]
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert text.count("<script>") == 1


ODD_TITLES = ("<script>alert(1)</script>", "=cmd()\"'", "$x$ {{ 7 * 7 }} {% raw %}", "Лейла")


@pytest.mark.parametrize("title", ODD_TITLES)
def test_any_title_stays_text(title: str) -> None:
    parts = [Text(title), Text(title, "code"), grid(title, (title,), [[title], [cell(1.0)]])]
    made = render(title, title, [Section("a", title, parts)])
    assert "<script>alert" not in made
    assert "49" not in made.replace("1.649", "")
    assert made.count("</section>") == 1


def test_an_ensemble_that_is_not_shipped_carries_its_storyline(tmp_path: Path) -> None:
    spec = sim.load_scenario("baseline").replace(weeks=20, citizens=0, title="Mine alone")
    page = html(sim.run(spec, runs=3, plausible=False))
    storyline, command = re.findall(r"<code>(.*?)</code>", page, re.DOTALL)
    assert "panj run storyline.yaml --runs 3 --seed 0" in command
    path = tmp_path / "storyline.yaml"
    path.write_text(plain.unescape(storyline), encoding="utf-8")
    assert sim.load_scenario(path).hash == spec.hash


def test_odd_ensembles_give_sensible_pages(odd: sim.Result) -> None:
    text = html(odd)
    assert "nan" not in re.sub(r"data:image[^\"]*", "", text).lower().replace("finance", "")
    assert Outline(text).tags.count("h2") >= 7


def test_all_failed_says_so(result: sim.Result, small_sweep: Path) -> None:
    from tests.views.conftest import all_failed

    assert "Every run failed" in html(all_failed(result))
    study = Study(small_sweep)
    runs = study.outcomes.copy()
    runs["failure"] = "week 1: rhetoric left its bounds"
    study.pieces = lambda *_: iter([runs])  # type: ignore[method-assign,assignment]
    text = html(study)
    assert "Every run failed" in text
    assert "No valid run" in text


def test_a_sweep_of_one_path_and_one_run() -> None:
    # One case, one run: nothing can be told but what happened.
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        one = {
            "panj": 1,
            "title": "One run",
            "scenario": "baseline",
            "weeks": 10,
            "citizens": 0,
            "design": {"method": "grid", "levels": 2},
            "replicates": 1,
            "uncertainties": {"tension": [0.5]},
        }
        study = sim.sweep(one, Path(place) / "one", threads=1)
        text = html(study)
    assert "of the one case (Monte Carlo error, 95 %" in text
    assert "cannot be told" in text


def test_a_study_that_is_not_complete_says_so(small_sweep: Path, tmp_path: Path) -> None:
    folder = tmp_path / "part"
    shutil.copytree(small_sweep, folder)
    (folder / "manifest.jsonl").write_text("")
    assert "No block is done yet" in html(Study(folder))


def test_the_command(panj: Callable[..., Any], small_saltelli: Path) -> None:
    told = panj("report", small_saltelli, "-o", "deep/page.html")
    assert told.code == 0
    assert told.out.strip() == "deep/page.html"
    assert Path("deep/page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    wrong = panj("report", small_saltelli, "--where", "share(wat) > 1")
    assert wrong.code == 2
    assert "nearest: war" in wrong.err
    assert panj("report", "nowhere").code == 2


def test_a_page_about_some_of_the_runs_says_which(
    panj: Callable[..., Any], result: sim.Result, small_sweep: Path, tmp_path: Path
) -> None:
    result.save(tmp_path / "whole")
    for folder in (tmp_path / "whole", small_sweep):
        told = panj("report", folder, "--given", "incidents >= 4", "-o", "some.html")
        assert told.code == 0, told.err
        text = Path("some.html").read_text(encoding="utf-8")
        assert "Of the runs in which incidents &gt;= 4: " in text
        assert "Only runs where" in text
        assert "That picks runs by what came of them" in text
        assert f"panj report {folder} --given" in text
        assert "nan" not in re.sub(r"data:image[^\"]*", "", text).lower().replace("finance", "")
    assert panj("report", small_sweep, "--given", "incidnets > 4").code == 2


def test_no_run_at_the_defaults_meets_it(result: sim.Result) -> None:
    text = html(result.given("part = 'plausible'"))
    assert "of them across plausible parameters" in text


def test_the_same_result_gives_the_same_page(small_saltelli: Path, pages: dict[str, str]) -> None:
    assert html(Study(small_saltelli)) == pages["saltelli"]


def test_a_wrong_condition_is_refused_before_anything_is_drawn(small_sweep: Path) -> None:
    with pytest.raises(ScenarioError, match="nearest"):
        html(Study(small_sweep), where="share(cold piece) > 0.1")


def test_cells() -> None:
    assert span(0.05, 0.1).text == "5.0 – 10 %"
    assert span(float("nan"), 0.1).text == "–"
    assert cell(float("nan")).number is None
    assert cell(12345.6).text == "12,346"
    assert cell(-0.5).text == "−0.5"


def test_every_region_and_column_has_a_name_of_its_own() -> None:
    digest = planted.sweep(conditions=planted.SHOCK)
    for name in ("drivers", "discovery", "policies"):
        digest.__dict__.pop(name)
    text = render(
        "Planted", "", [Section("all", "All", [*choices.choices(digest), *choices.robustness(digest)])]
    )
    names = re.findall(r'role="region" aria-label="(.*?)"', text)
    assert len(names) > 6
    assert len(names) == len(set(names))
    assert '<button type="button"></button>' not in text


# In a browser


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser.chromium() as driver:
        yield driver


@pytest.mark.parametrize("kind", ["ensemble", "sweep", "saltelli"])
def test_a_browser_without_network_shows_every_section(
    opened: Any, pages: dict[str, str], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "page.html"
    path.write_text(pages[kind], encoding="utf-8")
    context = opened.new_context(offline=True, viewport={"width": 1100, "height": 900})
    page = context.new_page()
    seen = browser.watched(page)
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    sections = page.locator("main section")
    assert sections.count() >= 7
    for number in range(sections.count()):
        section = sections.nth(number)
        section.scroll_into_view_if_needed()
        picture = section.screenshot()
        assert len(picture) > 1500
    assert page.evaluate("[...document.images].every((one) => one.naturalWidth > 100)")
    assert browser.violations(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert browser.violations(page) == []
    assert seen.messages == []
    assert seen.requests == []
    context.close()


def test_tables_sort_by_value_and_say_so(opened: Any, pages: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(pages["ensemble"], encoding="utf-8")
    page = opened.new_page()
    page.goto(f"{path.as_uri()}#paths")  # the link opens what is folded
    table = page.locator("#paths table").first
    head = table.locator("thead th").nth(1)
    values = lambda: table.evaluate("t => [...t.tBodies[0].rows].map(r => Number(r.cells[1].dataset.number))")  # noqa: E731
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert values() == sorted(values())
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert values() == sorted(values(), reverse=True)
    page.close()


def test_it_fits_a_telephone_and_a_sheet_of_paper(opened: Any, pages: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(pages["sweep"], encoding="utf-8")
    page = opened.new_page(viewport={"width": 360, "height": 700})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    wide = "[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth + 1)"
    assert page.evaluate(f"{wide}.every((one) => one.classList.contains('wide'))")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator(".paper").is_visible()
    # On paper stands what is open: the answer, never thirty pages of tables.
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf())) <= 6
    page.close()


def test_colours_have_contrast(opened: Any, pages: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(pages["ensemble"], encoding="utf-8")
    page = opened.new_page()
    page.goto(path.as_uri())
    colours = page.evaluate(
        "[...document.querySelectorAll('p, li, td, th, caption, figcaption, a, h1, h2')]"
        ".map((one) => getComputedStyle(one).color)"
    )
    for colour in set(colours):
        red, green, blue = (int(x) / 255 for x in re.findall(r"\d+", colour)[:3])
        parts = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in (red, green, blue)]
        luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        assert 1.05 / (luminance + 0.05) >= 4.5, colour
    page.close()


def test_one_class_is_no_trouble(result: sim.Result) -> None:
    outcomes = result.every_run.copy()
    outcomes["path"] = outcomes["path"].cat.set_categories(outcomes["path"].cat.categories)
    outcomes.loc[:, "path"] = "cold peace"
    text = html(replace(result, every_run=outcomes))
    assert "Most often runs end in cold peace: 100 % of them" in text


def test_typical_runs_are_told_sentence_by_sentence(result: sim.Result, pages: dict[str, str]) -> None:
    told = sim.stories(result, most=3)
    for story in told:
        assert f"run {story.of.run}, typical of" in pages["ensemble"]
        for chapter in story.chapters:
            for sentence in chapter.sentences:
                assert str(sentence).replace("'", "&#39;") in pages["ensemble"]
    assert 'id="stories"' in pages["sweep"]

"""Every shipped experiment, smaller but otherwise as it stands: swept, reported, looked at in a browser."""

from __future__ import annotations

import html
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console, RenderableType
from ruamel.yaml import YAML

import sim
from sim.model.registry import load
from sim.scenario import catalogue
from sim.study.results.study import Study
from sim.views.numbers import percent, points
from sim.views.pages.run import run_page
from sim.views.pages.sweep import sweep_page
from tests.views import browser

#: A search that is soon over.
FEW: dict[str, Any] = {"evaluations": 40, "seeds": 1, "replicates": 2, "across": {"cases": 6}}
#: What is taken smaller than in the file: nothing of what is asked, only how often.
SMALLER: dict[str, dict[str, Any]] = {
    "clashes": {"size": 2},
    "dushanbe_plan": FEW,
    "guarantee_hardship": {"levels": 5, "replicates": 10},
    "mediator": {"size": 20, "replicates": 2},
    "moscow_plan": FEW,
    "policies": {"size": 40, "replicates": 2},
    "readings": {"size": 40, "replicates": 2},
    "rules_off": {"replicates": 20},
    "screening": {"size": 4, "replicates": 1},
    "starting_rhetoric": {"size": 40, "replicates": 2},
    "tashkent_plan": FEW,
}
NAMES = catalogue.experiment_names()
MOST = 3_000_000


def smaller(name: str, folder: Path) -> Path:
    """The experiment's file with fewer points, draws and weeks, its tables beside it."""
    source = catalogue.experiment_folder()
    told = YAML(typ="safe").load(source / f"{name}.yaml")
    for key, value in SMALLER[name].items():
        (told if key in told else told["design"])[key] = value
    told["weeks"] = 60
    if (table := told["design"].get("file")) is not None:
        shutil.copy(source / table, folder / table)
    path = folder / f"{name}.yaml"
    YAML().dump(told, path)
    return path


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of a shipped experiment by its name, each made once."""
    made: dict[str, Path] = {}

    def page(name: str) -> Path:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            sim.sweep(smaller(name, folder), folder / "out", threads=2)
            made[name] = sim.report(folder / "out")
        return made[name]

    return page


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser.chromium() as driver:
        yield driver


def test_all_of_them_are_here() -> None:
    assert set(SMALLER) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_its_page_says_what_was_asked_and_answers(shipped: Callable[[str], Path], name: str) -> None:
    text = shipped(name).read_text(encoding="utf-8")
    experiment = sim.load_experiment(name)
    assert len(text.encode()) < MOST
    assert f"<h1>{experiment.title}</h1>" in text
    assert experiment.question in text
    assert text.count('<p class="answer">') == 1
    # What a search compares, it finds itself.
    study = sim.load_results(shipped(name).parent)
    assert isinstance(study, Study)
    listed = study.experiment.method == "cases"
    assert ('id="choices"' in text) == bool(study.experiment.pieces or listed)
    assert ('id="search"' in text) == (experiment.search is not None)
    assert "nan" not in re.sub(r"data:image[^\"]*", "", text).lower().replace("finance", "")


# The first sentence, recomputed from the tables by plain sums


def first_sentence(page: Path) -> str:
    """The first sentence of a page's answer."""
    found = re.search(r'<p class="answer">(.*?)</p>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def is_most_frequent(sentence: str, path: pd.Series[Any]) -> None:
    """The sentence names the class that most of these runs end in, and its share of them."""
    counts = path.astype(str).value_counts(normalize=True)
    found = re.match(r"Most often runs end in (.+?): (.+?) of them ", sentence)
    assert found is not None, sentence
    assert counts[found[1]] == counts.max()
    assert found[2] == percent(counts.max())


def alternatives(study: Study) -> pd.DataFrame:
    """Runs with `risk` (clashes or worse), `given` (what happens) and `chosen`, by their names."""
    runs = study.outcomes.merge(study.design, on="case", suffixes=("", "_at_start"))
    runs["risk"] = runs["path"].isin(["war", "fighting", "fight and talk", "clashes"]).astype(float)
    happens, chosen = list(study.experiment.conditions), list(study.experiment.levers)
    if study.experiment.method == "cases":
        off = study.design.drop(columns=["case", "base", "group"]).eq(0).idxmax(axis=1)
        words = [f"without .* \\({rule_of(name)}\\)" for name in off]
        return runs.assign(given="", chosen=[words[k] if k else "as it is" for k in runs["case"]], base=0)
    if not chosen:
        happens, chosen = [], happens
    for column, names in (("given", happens), ("chosen", chosen)):
        runs[column] = runs[names].astype(str).agg(" / ".join, axis=1) if names else ""
    return runs


def rule_of(strength: str) -> str:
    """The rule that a strength switches."""
    return next(rule.id for rule in load().rules.values() if rule.strength == strength)


def is_largest_change(sentence: str, runs: pd.DataFrame) -> None:
    """The sentence tells of the condition that matters most, and what an alternative changes in pairs."""
    pattern = (
        r"(?:Given (?P<given>.+?), the|The) share of clashes or worse (?:"
        r"(?P<verb>falls|rises) from (?P<before>.+?) with “(?P<first>.+?)” "
        r"to (?P<after>.+?) with “(?P<other>.+?)”: "
        r"|is (?P<level>.+?) with “(?P<same>.+?)”, and .+? it beyond chance; “(?P<weak>.+?)” by )"
        r"(?P<effect>[+−]?[\d.]+) points \(95 %: (?P<low>.+?) to (?P<high>.+?)\)\."
    )
    told = re.fullmatch(pattern, sentence)
    assert told is not None, sentence
    first = told["first"] or told["same"]
    usual = runs[runs["chosen"] == first].groupby("given", sort=False)["risk"].mean()
    given = told["given"] or ""
    assert abs(usual[given] - usual.iloc[0]) == (usual - usual.iloc[0]).abs().max()
    here = runs[runs["given"] == given]
    pairs = here.pivot(index=["base", "replicate"], columns="chosen", values="risk")
    names = [one for one in pairs if re.fullmatch(one, told["other"] or told["weak"]) or one == told["other"]]
    change = (pairs.sub(pairs[first], axis=0)).mean()
    assert told["effect"] == points(change[names[0]])
    low, high = (float(told[end].replace("−", "-")) for end in ("low", "high"))
    assert low - 0.1 <= 100 * change[names[0]] <= high + 0.1
    assert (told["before"] or told["level"]) == percent(pairs[first].mean())
    if told["verb"]:
        assert told["after"] == percent(pairs[names[0]].mean())
        assert (told["verb"] == "falls") == (change[names[0]] < 0)
        assert low * high >= 0
    else:
        assert abs(change[names[0]]) == change.abs().max()


@pytest.mark.parametrize("name", NAMES)
def test_the_first_sentence_is_true_of_the_tables(shipped: Callable[[str], Path], name: str) -> None:
    page = shipped(name)
    study, sentence = sim.load_results(page.parent), first_sentence(page)
    assert isinstance(study, Study)
    assert " ".join(sentence.split()[:4]) in printed(sweep_page(study))
    if len(study.experiment.alternatives) > 1 or study.experiment.method == "cases":
        is_largest_change(sentence, alternatives(study))
    else:
        is_most_frequent(sentence, study.outcomes["path"])


@pytest.mark.parametrize("name", ["baseline", "thin_guarantee"])
def test_the_first_sentence_of_a_storyline_is_true_of_its_tables(name: str, tmp_path: Path) -> None:
    result = sim.run(sim.load_scenario(name).replace(weeks=60, citizens=0), runs=40, seed=3, threads=2)
    result.save(tmp_path / name)
    sentence = first_sentence(sim.report(tmp_path / name))
    assert set(result.outcomes["part"]) == {"plausible"}
    is_most_frequent(sentence, result.outcomes["path"])
    # The headline is the same number under the same name on the page of the terminal.
    assert sentence in printed(run_page(result, tmp_path, []))


def test_the_readme_leads_with_the_same_headline() -> None:
    text = " ".join((Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8").split())
    headline = (
        r"Most often runs end in [a-z ]+: [\d.]+ % of them across plausible parameters "
        r"\(90 % of parameter sets: "
    )
    assert len(re.findall(headline, text)) == 1


def printed(page: RenderableType) -> str:
    """A page as text on one line."""
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(page)
    return " ".join(console.export_text().split())


@pytest.mark.parametrize("name", NAMES)
def test_its_page_opens_without_network_section_by_section(
    opened: Any, shipped: Callable[[str], Path], name: str
) -> None:
    context = opened.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    seen = browser.watched(page)
    page.goto(shipped(name).as_uri())
    assert page.evaluate("[...document.images].every((one) => one.naturalWidth > 100 && one.alt.length > 40)")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for section in page.locator("main section").all():
        section.scroll_into_view_if_needed()
        assert len(section.screenshot()) > 1500
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert seen.messages == []
    assert seen.requests == []
    context.close()

"""Every shipped experiment, smaller but otherwise as it stands: swept, reported, looked at in a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import sim
from sim.scenario import catalogue
from tests.views import browser

#: What is taken smaller than in the file: nothing of what is asked, only how often.
SMALLER: dict[str, dict[str, Any]] = {
    "clashes": {"size": 2},
    "guarantee_hardship": {"levels": 5, "replicates": 10},
    "mediator": {"size": 20, "replicates": 2},
    "policies": {"size": 40, "replicates": 2},
    "readings": {"size": 40, "replicates": 2},
    "rules_off": {"replicates": 20},
    "screening": {"size": 4, "replicates": 1},
    "starting_rhetoric": {"size": 40, "replicates": 2},
}
NAMES = catalogue.experiment_names()
MOST = 3_000_000


def smaller(name: str, folder: Path) -> Path:
    """The experiment's file with fewer points, draws and weeks, its tables beside it."""
    source = catalogue.experiment_folder()
    told = YAML(typ="safe").load(source / f"{name}.yaml")
    for key, value in SMALLER[name].items():
        (told if key == "replicates" else told["design"])[key] = value
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
    assert len(re.findall(r'<p class="answer">(.*?)</p>', text, re.DOTALL)) == 1
    listed = experiment.method == "cases"
    assert ('id="choices"' in text) == bool(experiment.pieces or listed)
    assert "nan" not in re.sub(r"data:image[^\"]*", "", text).lower().replace("finance", "")


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

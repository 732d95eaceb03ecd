"""The site builds with warnings as errors and asks nothing of other machines; the notebook runs."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.views.browser import chromium, violations, watched

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "tutorials" / "first-study.ipynb"


def module(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    made = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING" not in made.stderr
    return out


def test_every_page_is_in_the_site(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix(".html").as_posix().replace("README", "index")
        assert (site / name).is_file(), name
    assert (site / "tutorials" / "first-study.html").is_file()


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    outside = re.compile(r"<(?:script|link|img|iframe|source)[^>]+(?:src|href)=[\"']?(?:https?:)?//[^\"' >]+")
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        assert outside.findall(page.read_text(encoding="utf-8")) == [], page.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\((?:https?:)?//", sheet.read_text(encoding="utf-8"))


def test_search_finds_things_in_a_folder_without_a_server(site: Path) -> None:
    with chromium("--host-resolver-rules=MAP * ~NOTFOUND") as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        seen = watched(page)
        page.goto((site / "index.html").as_uri())
        page.locator(".md-search__input").first.click()
        page.keyboard.type("audience_cost")
        found = page.locator(".md-search-result__item a[href*='parameters.html']").first
        found.wait_for(state="attached", timeout=120_000)
        assert seen.requests == []
        assert seen.messages == []


#: A page of each kind: prose, a list of terms, a notebook, formulas and wide tables, commands.
KINDS = ("index", "reference/glossary", "tutorials/first-study", "reference/actors", "how-to/answers")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_site(site: Path, scheme: str) -> None:
    with chromium("--host-resolver-rules=MAP * ~NOTFOUND") as browser:
        for width in (1280, 390):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            for name in KINDS:
                page.goto((site / f"{name}.html").as_uri())
                assert violations(page) == [], (name, width)
            page.close()


def test_rows_of_a_long_table_are_found_by_any_words_and_show_their_source(site: Path) -> None:
    with chromium("--host-resolver-rules=MAP * ~NOTFOUND") as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        seen = watched(page)
        page.goto((site / "reference" / "parameters.html").as_uri())
        rows = page.locator(".md-content tbody tr:visible")
        every = rows.count()
        page.get_by_label("Show rows with").fill("remittances PACE")
        page.get_by_role("status").get_by_text(f"1 of {every} rows").wait_for(timeout=120_000)
        assert "remittances_pace" in rows.first.inner_text()
        source = page.locator("th", has_text="source").first.bounding_box()
        assert source["x"] + source["width"] <= 1280
        page.get_by_label("Show rows with").fill("")
        page.get_by_text("remittances_noise").first.wait_for(timeout=120_000)
        assert seen.requests == []
        assert seen.messages == []


def test_the_notebook_lies_there_run_and_without_faults() -> None:
    cells = [one for one in json.loads(NOTEBOOK.read_text())["cells"] if one["cell_type"] == "code"]
    assert [one["execution_count"] for one in cells] == list(range(1, len(cells) + 1))
    outputs = [one for cell in cells for one in cell["outputs"]]
    assert len(outputs) >= 7
    assert not any(one["output_type"] == "error" or one.get("name") == "stderr" for one in outputs)
    assert any("image/png" in one.get("data", {}) for one in outputs)


def words(output: Any) -> list[str]:
    """Return what an output says, word by word: markup and pictures left out."""
    data = output.get("data", {})
    found = data.get("text/html") or data.get("text/plain") or output.get("text", "")
    text = "".join(found)
    return re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL).split()


def alike(one: str, two: str) -> bool:
    """Whether two words are the same, or numbers that differ in the last places alone."""
    try:
        return one == two or float(one.rstrip(",")) == pytest.approx(float(two.rstrip(",")), rel=1e-9)
    except ValueError:
        return False


def test_the_notebook_runs_and_says_what_lies_there() -> None:
    """Anew, from an empty kernel: no error, and the words and numbers that are committed."""
    fresh = module("notebook").run(NOTEBOOK)
    stored = json.loads(NOTEBOOK.read_text())
    assert [one["source"] for one in fresh["cells"]] == ["".join(one["source"]) for one in stored["cells"]]
    for now, then in zip(fresh["cells"], stored["cells"], strict=True):
        outputs = now.get("outputs", []), then.get("outputs", [])
        kinds = [[(one["output_type"], sorted(one.get("data", {}))) for one in side] for side in outputs]
        assert kinds[0] == kinds[1]
        for one, two in zip(*outputs, strict=True):
            new, old = words(one), words(two)
            differ = [pair for pair in zip(new, old, strict=False) if not alike(*pair)]
            assert not differ, f"stale, 'make notebook' writes it anew: {differ[:5]} (now, then)"
            assert len(new) == len(old)

"""A real server in a process of its own, and a real browser that is cut off from everything else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sim
from tests.views.browser import chromium

#: A short question that still has several classes: a look and its refinement take a blink.
SHORT = "weeks=60&citizens=0&runs=240"


@dataclass(frozen=True)
class Site:
    """Where the page is, and what folder it was given."""

    url: str
    port: int
    folder: Path


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a result and a scenario file, and beside it what no visitor may see."""
    root = tmp_path_factory.mktemp("site")
    inside = root / "inside"
    inside.mkdir()
    spec = sim.load_scenario("baseline").replace(weeks=60, citizens=0)
    sim.run(spec, runs=200, seed=3).save(inside / "stored")
    sim.run(spec, runs=20, seed=3).save(root / "hidden")
    (inside / "mine.yaml").write_text("panj: 1\ntitle: My own storyline\nextends: baseline\nweeks: 40\n")
    (root / "secret.yaml").write_text("panj: 1\ntitle: SECRET\nextends: baseline\n")
    (inside / "link.yaml").symlink_to(root / "secret.yaml")
    (inside / "away").symlink_to(root / "hidden")
    return inside


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[Site]:
    """The command itself, on a free port."""
    server = subprocess.Popen(
        [sys.executable, "-m", "sim", "dashboard", str(folder), "--port", "0", "--quiet"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    if not url.startswith("http://127.0.0.1:"):
        server.terminate()
        raise AssertionError(f"no page: {url!r} {server.communicate()[1]}")
    try:
        yield Site(url, int(url.rstrip("/").rpartition(":")[2]), folder)
    finally:
        server.terminate()
        _, said = server.communicate(timeout=20)
        assert "/sim/" not in said, said  # no traceback goes through this package
        assert "never retrieved" not in said, said


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium("--host-resolver-rules=MAP rebound.test 127.0.0.1") as launched:
        yield launched


class Visit:
    """A visitor of its own: a browser context whose every request elsewhere is stopped and noted."""

    def __init__(self, context: Any, site: Site, query: str) -> None:
        self.context, self.site = context, site
        self.outside: list[str] = []
        self.faults: list[str] = []
        self.page = self.context.new_page()
        self.page.route("**/*", self._route)
        self.page.set_default_timeout(60_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)
        self.page.goto(site.url + query, wait_until="commit")

    def window(self, query: str) -> Visit:
        """Open another window of the same browser."""
        return Visit(self.context, self.site, query)

    def _route(self, route: Any) -> None:
        url = route.request.url
        if url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(url)
            route.abort()

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def settled(self) -> Visit:
        """Wait until the answer stands, range and all."""
        try:
            self.page.wait_for_selector("[role=status].complete")
        except Exception as error:
            words = self.page.locator("[role=status], [role=alert]").all_inner_texts()
            raise AssertionError(f"not settled: {words} at {self.page.url}") from error
        return self

    def shares(self) -> dict[str, list[str]]:
        """Return the table of classes: cells by class."""
        rows = self.page.locator("table", has_text="cold peace").first.locator("tbody tr")
        cells = [[cell.strip() for cell in one.split("\t")] for one in rows.all_inner_texts()]
        return {row[0]: row[1:] for row in cells}

    def brushed(self) -> None:
        """Wait until a brush has left out some of the 200 stored runs."""
        self.page.wait_for_function(
            """() => {
                 const words = /^(?!200 ).* of 200 runs within/;
                 const deep = root => [...root.querySelectorAll('*')].some(one => one.shadowRoot
                   ? deep(one.shadowRoot) : one.tagName == 'CAPTION' && words.test(one.textContent));
                 return deep(document);
               }"""
        )

    def focused(self) -> str:
        """Return what has the focus, through every shadow root: its role or tag, and its text."""
        return str(
            self.page.evaluate(
                """() => {
                     let one = document.activeElement;
                     for (let next; next = one.shadowRoot && one.shadowRoot.activeElement;) one = next;
                     const text = (one.textContent || '').trim().slice(0, 25);
                     return (one.getAttribute('role') || one.tagName) + ':' + text;
                   }"""
            )
        )

    def alert(self) -> str:
        """Wait for a word on what is wrong, and return it."""
        return str(self.page.wait_for_selector("p[role=alert]").inner_text())

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name).first.click()

    def slider(self, name: str) -> Any:
        """Return the handle of a slider, found by what stands above it."""
        return self.page.locator(".bk-input-group", has_text=name).locator(".noUi-handle").first

    def set(self, name: str, value: Any) -> None:
        """Give a widget a value as a visitor's own script could, past what the widget allows."""
        self.page.evaluate(
            """([title, value]) => {
                 const found = [...Bokeh.documents[0]._all_models.values()].find(one => one.title == title);
                 found.value = value;
               }""",
            [name, value],
        )

    def close(self) -> None:
        """Leave."""
        self.context.close()


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Any]:
    """Visitors, who leave when the test ends, having met no error and asked nothing of the internet."""
    here: list[Visit] = []

    def come(query: str = f"?{SHORT}", width: int = 1280, height: int = 900) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        here.append(Visit(context, site, query))
        return here[-1]

    yield come
    for one in here:
        one.close()
    assert not [url for one in here for url in one.outside]
    assert not [fault for one in here for fault in one.faults]

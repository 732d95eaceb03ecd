"""A real server in a process of its own, and a real browser that is cut off from everything else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sim
from tests.views.browser import chromium

#: A short question that still has several classes: a look and its refinement take a blink.
SHORT = "weeks=60&citizens=0&runs=240"

#: Files to begin with, observations among them.
TEMPLATES = Path(sim.__file__).parent / "cli" / "templates"

#: Seconds after which what should come is taken not to come: many times what a busy machine needs.
PATIENCE = 180

#: What the page says at one moment, read in one go: between two readings it may be redrawn.
READ = """() => {
  const every = (selector, root = document) => {
    const found = [...root.querySelectorAll(selector)];
    for (const one of root.querySelectorAll('*'))
      if (one.shadowRoot) found.push(...every(selector, one.shadowRoot));
    return found;
  };
  const text = one => (one?.textContent ?? '').trim();
  const table = every('table').find(one => text(one).includes('cold peace'));
  const rows = [...(table?.querySelectorAll('tbody tr') ?? [])].map(row => [...row.children].map(text));
  const status = every('[role=status][class]')[0];
  return {
    status: text(status), kind: status?.className ?? '', search: location.search, url: location.href,
    finding: text(every('p.finding')[0]), caption: text(table?.querySelector('caption')),
    shares: Object.fromEntries(rows.map(([name, ...cells]) => [name, cells])),
    alerts: every('p[role=alert]').map(text), turned: text(every('ul.turned')[0]),
    week: every('h3').map(text).find(one => one.startsWith('Week')) ?? '',
    brushed: every('caption').map(text).find(one => one.endsWith('within the brushes')) ?? '',
    link: every('input').map(one => one.value).find(one => one.startsWith('http')) ?? '',
    command: every('input').map(one => one.value).find(one => one.startsWith('panj')) ?? '',
  };
}"""


def asked(address: str) -> str:
    """Return what an address asks for, whatever run and week stand open beside the answer."""
    return re.sub(r"[&?](replicate|week)=\d+", "", address.partition("?")[2])


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
    shutil.copy(TEMPLATES / "observations.yaml", inside / "seen.yaml")
    (root / "secret.yaml").write_text("panj: 1\ntitle: SECRET\nextends: baseline\n")
    (inside / "link.yaml").symlink_to(root / "secret.yaml")
    (inside / "away").symlink_to(root / "hidden")
    return inside


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[Site]:
    """The command itself, on a free port."""
    server = subprocess.Popen(
        [sys.executable, "-m", "sim", "dashboard", str(folder), "--port", "0", "--quiet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    if not url.startswith("http://127.0.0.1:"):
        server.terminate()
        raise AssertionError(f"no page: {url!r} {server.communicate()[1]}")
    try:
        yield Site(url, int(url.rstrip("/").rpartition(":")[2]), folder)
    finally:
        server.terminate()
        _, said = server.communicate(timeout=PATIENCE)
    assert server.returncode == 143, said  # asked to end in the middle of anything, it ends
    assert "/sim/" not in said, said  # no traceback goes through this package
    assert "never retrieved" not in said, said
    assert "Deprecat" not in said, said
    assert "Failed sending message" not in said, said  # a visitor who leaves is no news


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # The network ends here: no name is found but one that an attacker would point at this machine.
    rules = "MAP rebound.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with chromium(f"--host-resolver-rules={rules}") as launched:
        yield launched


class Visit:
    """A visitor with a page of its own; every request elsewhere is noted."""

    def __init__(self, context: Any, site: Site, query: str) -> None:
        self.context, self.site = context, site
        self.outside: list[str] = []
        self.faults: list[str] = []
        self.page = self.context.new_page()
        self.page.on("request", lambda one: self._asked(one.url))
        self.page.set_default_timeout(1000 * PATIENCE)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)
        self.page.goto(site.url + query, wait_until="commit")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:", "blob:")):
            self.outside.append(url)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    # What is seen

    def state(self) -> dict[str, Any]:
        """Return what the page says at one moment."""
        found: dict[str, Any] = self.page.evaluate(READ)
        return found

    def until(self, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait until something holds of what the page says, and return that."""
        end = time.monotonic() + PATIENCE
        while not holds(state := self.state()):
            assert time.monotonic() < end, f"it did not come; the page says {state}"
            self.page.wait_for_timeout(100)
        return state

    def settled(self, query: str | None = None) -> dict[str, Any]:
        """Wait until the answer stands, range and all; to the question of an address, where one is given."""
        return self.until(
            lambda now: now["kind"] == "complete" and (query is None or asked(now["link"]) == asked(query))
        )

    def week(self, number: int) -> dict[str, Any]:
        """Wait until a run stands open at a week."""
        return self.until(lambda now: now["week"].startswith(f"Week {number},"))

    def focused(self) -> str:
        """Return what has the focus, through every shadow root: its role or tag, and its name."""
        return str(
            self.page.evaluate(
                """() => {
                     let one = document.activeElement;
                     for (let next; next = one.shadowRoot && one.shadowRoot.activeElement;) one = next;
                     const name = one.getAttribute('aria-label') || (one.textContent || '').trim();
                     return (one.getAttribute('role') || one.tagName) + ':' + name.slice(0, 25);
                   }"""
            )
        )

    def tree(self) -> list[tuple[str, str]]:
        """Return role and name of everything a screen reader meets that takes the focus or is a picture."""
        with_keys = {"slider", "button", "combobox", "textbox", "spinbutton", "link", "region", "image"}
        with_keys |= {"DisclosureTriangle", "listbox", "checkbox"}
        session = self.context.new_cdp_session(self.page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        session.detach()
        named = [one for one in nodes if not one["ignored"] and one["role"]["value"] in with_keys]
        return [(one["role"]["value"], one.get("name", {}).get("value", "")) for one in named]

    # What is done

    def ask(self, query: str) -> None:
        """Ask another question by its address, as going back in the browser does."""
        self.page.evaluate(
            "query => { history.pushState({}, '', query); dispatchEvent(new PopStateEvent('popstate')); }",
            query,
        )

    def go(self, query: str) -> dict[str, Any]:
        """Ask another question and wait for the answer."""
        self.ask(query)
        return self.settled(query)

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name).first.click()

    def fill(self, name: str, value: object) -> None:
        """Write into a field."""
        field = self.page.get_by_label(name, exact=True).first
        field.fill(str(value))
        field.press("Enter")

    def set(self, name: str, value: Any) -> None:
        """Give a widget a value as a visitor's own script could, past what the widget allows."""
        self.page.evaluate(
            """([title, value]) => {
                 const found = [...Bokeh.documents[0]._all_models.values()].find(one => one.title == title);
                 found.value = value;
               }""",
            [name, value],
        )


@pytest.fixture(scope="module")
def visit(browser: Any, site: Site) -> Iterator[Callable[..., Visit]]:
    """Visitors, who stay to the end; a page takes seconds to come, and a question on it far less."""
    here: list[Visit] = []

    def come(query: str = f"?{SHORT}", width: int = 1280, beside: Visit | None = None) -> Visit:
        made = None if beside is None else beside.context  # a window of its own in the same browser
        made = made or browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        here.append(Visit(made, site, query))
        return here[-1]

    come.here = here  # type: ignore[attr-defined]
    yield come
    for one in here:
        one.context.close()


@pytest.fixture(autouse=True)
def _in_order(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nobody who came has met an error or asked anything of the internet."""
    yield
    here = request.getfixturevalue("visit").here if "visit" in request.fixturenames else []
    assert not [url for one in here for url in one.outside]
    assert not [fault for one in here for fault in one.faults]


@pytest.fixture(scope="module")
def resident(visit: Callable[..., Visit]) -> Visit:
    """The visitor of most tests."""
    return visit()


@pytest.fixture
def visitor(resident: Visit) -> Visit:
    """The same visitor, back where it came in."""
    resident.go(f"?{SHORT}")
    return resident

"""A real Chromium without a network, driven by playwright."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def found() -> str | None:
    """Path of a Chromium on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Seen:
    """What a page did besides being shown: messages on the console, errors, requests beyond its file."""

    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextlib.contextmanager
def chromium(*more: str) -> Iterator[Any]:
    """Start a Chromium with a fresh profile, and `more` flags; skip where there is none, but for CI."""
    path = found()
    if path is None:
        assert not os.environ.get("CI"), "no Chromium; 'make chromium' installs Debian's"
        pytest.skip("no Chromium on this machine; 'make test' installs Debian's where it can")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=[*FLAGS, *more])
        try:
            yield browser
        finally:
            browser.close()


def watched(page: Any) -> Seen:
    """Note everything that a page says or asks for from now on."""
    seen = Seen()
    page.on("console", lambda message: seen.messages.append(message.text))
    page.on("pageerror", lambda error: seen.messages.append(str(error)))
    page.on(
        "request",
        lambda one: seen.requests.append(one.url) if not one.url.startswith(("file:", "data:")) else None,
    )
    return seen


def violations(page: Any) -> list[str]:
    """Return what axe finds on a page: the rule, the first element that breaks it, why."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}"
        for one in Axe().run(page).response["violations"]
    ]

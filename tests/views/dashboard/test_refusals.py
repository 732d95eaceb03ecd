"""What the server refuses: other hosts and origins, paths that climb, names elsewhere, too much work."""

from __future__ import annotations

import asyncio
import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.websocket import websocket_connect

from sim.errors import ResultError, ScenarioError
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import at_once
from sim.views.dashboard.server import Guard, make
from sim.views.dashboard.stored_pane import StoredPane
from tests.faults.requests import hostile, refused

if TYPE_CHECKING:
    from tests.views.dashboard.conftest import Site


def ask(site: Site, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Ask for a path exactly as it is written."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read(), dict(answer.getheaders())
    connection.close()
    return found


def token(site: Site) -> str:
    """Return what the page hands a browser to open its websocket with."""
    found = re.search(r'"token":"([^"]+)"', ask(site, "/")[1].decode())
    assert found is not None
    return found[1]


def connect(site: Site, given: str, origin: str | None, host: str | None = None) -> int:
    """Open a websocket; return 101, or the status of the refusal."""

    async def open_it() -> int:
        headers = {"Sec-WebSocket-Protocol": f"bokeh, {given}"}
        if origin is not None:
            headers["Origin"] = origin
        if host is not None:
            headers["Host"] = host
        request = HTTPRequest(f"ws://127.0.0.1:{site.port}/ws", headers=headers)
        try:
            socket = await websocket_connect(request)
        except HTTPClientError as error:
            return int(error.code)
        first = await socket.read_message()
        socket.close()
        return 101 if first is not None else 0

    # In a thread of its own: the browser's driver has a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, open_it()).result()


def test_a_websocket_of_the_page_itself_opens_and_of_any_other_origin_does_not(site: Site) -> None:
    own = token(site)
    assert connect(site, own, f"http://127.0.0.1:{site.port}") == 101
    for origin in (
        "http://evil.example",
        f"http://evil.example:{site.port}",
        f"http://127.0.0.1:{site.port + 1}",
        "null",
        f"http://127.0.0.1:{site.port}.evil.example",
        "file://",
        None,
    ):
        assert connect(site, own, origin) == 403, origin


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "127.0.0.1", "", "localhost@evil:{port}"]
)
def test_a_websocket_of_another_host_is_refused(site: Site, host: str) -> None:
    host = host.format(port=site.port)
    assert connect(site, "any", f"http://{host}", host) in (400, 403)


def test_what_strangers_ask_is_refused(site: Site) -> None:
    requests = list(hostile(site.port))
    assert len(requests) > 100
    assert not [one[:200] for one in requests if not refused(site.port, one)]


def test_the_harness_sees_what_is_let_in(site: Site) -> None:
    own = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nConnection: close\r\n\r\n"
    assert not refused(site.port, own.encode())


def test_every_answer_forbids_the_browser_to_load_from_elsewhere(site: Site) -> None:
    for path in ("/", "/static/js/bokeh.min.js", "/nothing"):
        headers = ask(site, path)[2]
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_session_cannot_be_named_by_a_visitor(site: Site) -> None:
    status, body, _ = ask(site, "/?bokeh-session-id=chosen")
    assert status == 403 or b"chosen" not in body


@pytest.mark.parametrize(
    "name", ["../hidden", "away", "/etc", "..", "stored/..", "stored/../../hidden", "", "."]
)
def test_no_result_outside_the_folder_is_opened(folder: Path, name: str) -> None:
    library = Library(folder)
    assert list(library.results()) == ["stored"]
    with pytest.raises(ResultError, match="no stored result"):
        library.result(name)
    pane = StoredPane(library, at_once, lambda work: None)
    pane.wanted = name
    with ThreadPoolExecutor(1) as pool:  # the browser's driver has a loop running in this thread
        pool.submit(asyncio.run, pane._open(name)).result()
    assert pane.found is None
    assert not pane.body.visible


@pytest.mark.parametrize("name", ["../secret.yaml", "link.yaml", "/etc/passwd", "stored/result.json", "."])
def test_no_storyline_outside_the_folder_is_read(folder: Path, name: str) -> None:
    library = Library(folder)
    assert "mine.yaml" in library.storylines()
    assert "SECRET" not in library.storylines().values()
    with pytest.raises(ScenarioError, match="no storyline"):
        library.storyline(name)


# Behind a proxy or a forwarded port: closed unless it is named


def asked(origins: tuple[str, ...], prefix: str = "", path: str = "/", **headers: str) -> str | None:
    line = RequestStartLine("GET", path, "HTTP/1.1")
    request = HTTPServerRequest(start_line=line, headers=HTTPHeaders(headers))
    return Guard("127.0.0.1", 5006, origins, prefix).refuses(request)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost:8888", "Origin": "http://localhost:8888"},
        {"Host": "hub.example.org", "Origin": "https://hub.example.org"},
        {"Host": "127.0.0.1:5006", "Origin": "https://hub.example.org"},
    ],
)
def test_a_front_that_is_named_is_let_in_and_no_other(headers: dict[str, str]) -> None:
    named = ("http://localhost:8888", "https://hub.example.org")
    assert asked(named, **headers) is None
    assert asked((), **headers) is not None
    assert asked(("https://hub.example.org.evil.example",), **headers) is not None
    assert asked(named, **{**headers, "Origin": "https://evil.example"}) == "another origin"
    assert asked(named, **{**headers, "Host": "evil.example"}) == "another host"


def test_pictures_and_scripts_of_another_page_are_refused_and_links_are_not() -> None:
    own = {"Host": "127.0.0.1:5006", "Sec-Fetch-Site": "cross-site"}
    assert asked((), **own, **{"Sec-Fetch-Dest": "image"}) == "a part of another page"
    assert asked((), **own, **{"Sec-Fetch-Dest": "document"}) is None


def test_a_prefix_is_where_the_page_is() -> None:
    server = make(None, 0, "127.0.0.1", ("http://localhost:8888",), "/user/me")
    try:
        assert server.prefix == "/user/me"
    finally:
        server.stop()


@pytest.mark.parametrize("wrong", ["*", "hub.example.org", "https://a b", "https://a/path", "null"])
def test_what_is_no_origin(wrong: str) -> None:
    with pytest.raises(ScenarioError, match="--allow-origin"):
        make(None, 0, "127.0.0.1", (wrong,))


@pytest.mark.parametrize("wrong", ["user", "/user/", "/../etc", "/a b", "//evil.example"])
def test_what_is_no_prefix(wrong: str) -> None:
    with pytest.raises(ScenarioError, match="--prefix"):
        make(None, 0, "127.0.0.1", (), wrong)

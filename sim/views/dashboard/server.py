"""The server: bound to this machine, deaf to other hosts and origins, each visitor with a page of its own."""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import panel as pn
from panel.io.server import get_server
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.web import Application, ErrorHandler, OutputTransform
from tornado.websocket import WebSocketClosedError

from sim.errors import ScenarioError
from sim.views.dashboard import figures
from sim.views.dashboard.library import Library
from sim.views.dashboard.session import Session

#: Visitors at once; each holds a page and the answers it remembers.
VISITORS = 40

#: The most one message of a visitor may weigh: a moved slider is a few hundred bytes.
MESSAGE = 1 << 20

HERE = ("localhost", "127.0.0.1", "[::1]")

#: A browser loads nothing from elsewhere, sends nothing elsewhere, and shows the page in no other's frame.
HEADERS = {
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "connect-src 'self' ws: wss: data: blob:; frame-ancestors 'none'; form-action 'none'; base-uri 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Headers(OutputTransform):  # type: ignore[misc]
    """Adds the headers to every answer."""

    def __init__(self, request: HTTPServerRequest) -> None:
        pass

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Set them."""
        for name, value in HEADERS.items():
            headers[name] = value
        return status_code, headers, chunk


class Guard:
    """Says which requests are answered at all.

    A page elsewhere can make a browser ask this server, under a name of its own that it points here;
    so the host must be one this server knows itself by, and whatever names an origin must come from
    that very host. `origins` are those of a proxy or a forwarded port in front of it; none by itself.
    """

    def __init__(self, address: str, port: int, origins: Sequence[str] = (), prefix: str = "") -> None:
        self.port, self.prefix = port, prefix
        self.origins = {one.lower() for one in origins}
        self.fronts = {urlsplit(one).netloc for one in self.origins}
        self.open = not _loopback(address)
        self.names = {*HERE} if not self.open else {*HERE, _bracketed(address), socket.gethostname().lower()}

    def refuses(self, request: HTTPServerRequest) -> str | None:
        """Return why a request is refused, None if it is not."""
        host = request.headers.get("Host", "").lower()
        known = host in self.fronts or self.knows(host)
        if len(request.headers.get_list("Host")) != 1 or not known:
            return "another host"
        origin = request.headers.get("Origin")
        own = origin is None or (urlsplit(origin).netloc.lower() == host and origin.startswith("http"))
        if not own and str(origin).lower() not in self.origins:
            return "another origin"
        # A page elsewhere may link here; it has no use for a picture or a script of that address.
        elsewhere = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        if elsewhere and request.headers.get("Sec-Fetch-Dest", "document") != "document":
            return "a part of another page"
        if request.headers.get("Upgrade", "").lower() == "websocket" and origin is None:
            return "a websocket without origin"
        path = request.path
        if ".." in path or "\\" in path or re.search(r"%(2e|2f|5c|00)", path, re.IGNORECASE):
            return "a path that climbs"
        # Panel imports the module that a path under /components names; only its own are wanted.
        if "/components/" in path and not re.match(r"/components/panel[./]", path[len(self.prefix) :]):
            return "no part of the page"
        return None

    def knows(self, host: str) -> bool:
        """Say whether a host, with its port, is one of this server's."""
        name, colon, port = host.rpartition(":")
        if not colon or port != str(self.port):
            return False
        if name in self.names:
            return True
        if not self.open:
            return False
        try:  # bound to every address: any number will do, since only a name can be pointed here
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


def _loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address.lower()


def guard(application: Application, keeper: Guard) -> None:
    """Let a server answer only what its guard does not refuse."""
    answered = application.find_handler

    def find(request: HTTPServerRequest, **given: Any) -> Any:
        if keeper.refuses(request):
            return application.get_handler_delegate(request, ErrorHandler, {"status_code": 403})
        return answered(request, **given)

    application.find_handler = find
    application.add_transform(Headers)


def app(library: Library, visitors: set[Session]) -> Any:
    """Return the function that makes a visitor's page."""

    def page() -> Any:
        if len(visitors) >= VISITORS:
            return pn.pane.HTML(
                "<p role=alert>This page has as many visitors as it can serve; try again later.</p>"
            )
        session = Session(library)
        visitors.add(session)

        def leave(_: Any) -> None:
            visitors.discard(session)
            session.close()

        pn.state.on_session_destroyed(leave)
        pn.state.onload(session.open)
        return session.page()

    return page


def make(folder: Path | None, port: int, address: str, origins: Sequence[str] = (), prefix: str = "") -> Any:
    """Return the server, bound but not started.

    Raises
    ------
    ScenarioError
        The folder is none, or the port, an origin or the prefix is not one.
    OSError
        The port is taken, or the address is not this machine's.
    """
    if not 0 <= port <= 65535:
        raise ScenarioError(f"port: expected 0 to 65535, found {port}")
    for one in origins:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", one, re.ASCII | re.IGNORECASE):
            raise ScenarioError(
                f"--allow-origin: expected an origin like https://hub.example.org or http://localhost:8888, "
                f"found {one!r}"
            )
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", prefix) or ".." in prefix:
        raise ScenarioError(f"--prefix: expected a path like /user/me/panj, found {prefix!r}")
    if folder is not None and not folder.is_dir():
        raise ScenarioError(f"{folder}: no such folder; name one with results or scenario files in it")
    pn.extension(inline=True)
    pn.config.notifications = False
    library = Library(folder)
    visitors: set[Session] = set()
    server = get_server(
        {"/": app(library, visitors)},
        port=port,
        address=address,
        show=False,
        start=False,
        title="Panj",
        prefix=prefix,
        admin=False,
        websocket_max_message_size=MESSAGE,
        keep_alive_milliseconds=15_000,
        check_unused_sessions_milliseconds=5_000,
        unused_session_lifetime_milliseconds=60_000,
        # Signed, so that nobody can name the session to be given, and share it with whom they send a link.
        sign_sessions=True,
        secret_key=secrets.token_bytes(32),
        generate_session_ids=True,
    )
    keeper = Guard(address, server.port, origins, prefix)
    # Bokeh's own list knows no "the host that was asked"; beyond this machine the guard stands alone.
    known = {f"{name}:{server.port}" for name in HERE} | keeper.fronts
    server._tornado._websocket_origins = {"*"} if keeper.open else known
    guard(server._tornado, keeper)
    server.visitors = visitors
    return server


def warm() -> None:
    """Compile the model and load what the first visitor would wait for."""
    from sim.engine.mesa_model import PolicyModel
    from sim.scenario.loading import load_scenario

    spec = load_scenario("baseline").replace(weeks=2, citizens=0)
    figures.summed(spec, 0, [figures.batch(figures.prepared(spec), 0, 0, 2)])
    PolicyModel(spec).run().__dict__.clear()


def _left(loop: Any, context: dict[str, Any]) -> None:
    """Say nothing of a message that was under way to a visitor who has left."""
    if not isinstance(context.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(context)


def serve(
    folder: Path | None,
    port: int,
    address: str,
    quiet: bool = False,
    origins: Sequence[str] = (),
    prefix: str = "",
) -> None:
    """Serve the page until interrupted; see `sim.views.dashboard.dashboard`."""
    server = make(folder, port, address, origins, prefix)
    if not quiet:
        print("panj: getting the model ready…", file=sys.stderr)
    warm()
    if not quiet and not _loopback(address):
        print(
            f"panj: listening on {address}: whoever can reach it can have this machine compute",
            file=sys.stderr,
        )
    # What was on its way to a visitor who has closed the page is no fault; Bokeh says so message by message.
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
    loop = server.io_loop.asyncio_loop
    loop.set_exception_handler(_left)
    server.start()
    with _asked_to_end(loop) as asked:
        print(f"http://{_bracketed(address)}:{server.port}{prefix}/", flush=True)
        try:
            server.io_loop.start()
        finally:
            server.stop()
    for number in asked:
        signal.raise_signal(number)


@contextmanager
def _asked_to_end(loop: Any) -> Iterator[list[int]]:
    """Take signals as requests to stop the loop, and note them.

    An exception raised by a signal would come up wherever the loop happens to be, and be taken by a
    library for a mistake in a visitor's session.
    """
    asked: list[int] = []

    def ask(number: int, _: object) -> None:
        asked.append(number)
        loop.call_soon_threadsafe(loop.stop)

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's business
        yield asked
        return
    before = {one: signal.signal(one, ask) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

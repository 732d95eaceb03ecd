"""Requests that the dashboard must refuse, as bytes on a socket; no well-behaved client sends some."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from itertools import product

#: Seconds after which an answer is taken not to come.
PATIENCE = 60

HOSTS = (
    *("evil.example", "evil.example:{port}", "127.0.0.1:1", "127.0.0.1", "", "localhost@evil:{port}"),
    *("127.0.0.1.evil.example:{port}", "evil.example#127.0.0.1:{port}", "127.0.0.1:{port}, evil.example"),
    *("0.0.0.0:{port}", "2130706433:{port}", "localhost.:{port}", "127.0.0.1:{port}\r\nHost: evil.example"),
)
ORIGINS = (
    *("http://evil.example", "http://evil.example:{port}", "http://127.0.0.1:1", "null", "file://", ""),
    *(
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1:{port}@evil.example",
        "ftp://127.0.0.1:{port}",
    ),
)
PATHS = (
    "/../secret.yaml",
    "/static/../../../../../../etc/passwd",
    "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/static/extensions/panel/../../../../../../../etc/passwd",
    "/static/..%2f..%2f..%2fetc/passwd",
    "/static/%252e%252e/%252e%252e/etc/passwd",
    "/static/..\\..\\etc\\passwd",
    "/static//etc/passwd",
    "/static/js/bokeh.min.js%00.yaml",
    "/components/os/path/_css/../../../etc/passwd",
    "/components/antigravity/x/_css/x.css",
    "/components/panel.widgets/Select/_stylesheets//etc/passwd",
    "/stored/result.json",
    "/mine.yaml",
    "/inside/result.json",
    "/admin",
    "/liveness",
    "/rest/session_info",
    "http://evil.example/",
    "//evil.example/",
    "/%0d%0aSet-Cookie:%20a=b",
)
METHODS = ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "CONNECT", "get", "GET\t/nothing")
#: Of a browser that shows somebody else's page.
PARTS = ("image", "script", "style", "iframe", "object", "font", "empty")
#: What stands after the host, and breaks the rules of HTTP.
BROKEN = (
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "Content-Length: -1\r\n\r\n",
    "Content-Length: 1_0\r\n\r\n0123456789",
    "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "no colon in it\r\n\r\n",
    "a\0b: c\r\n\r\n",
    "Space : before\r\n\r\n",
    f"Long: {'a' * 200_000}\r\n\r\n",
    "Many: a\r\n" * 20_000 + "\r\n",
)
#: The line that a request begins with, broken.
LINES = (
    "GET /",
    "GET / HTTP/9.9",
    "GET  HTTP/1.1",
    "\0\1\2\3",
    f"GET /{'a' * 200_000} HTTP/1.1",
    "GET /a b HTTP/1.1",
)
#: Words by which a page, a file or a traceback would show.
SECRETS = (b"root:", b"SECRET", b'"token"', b'"msgtype"', b"Traceback", b"Set-Cookie: a", b"panj_result")


@contextlib.contextmanager
def served() -> Iterator[int]:
    """Serve the dashboard in a process of its own on a free port, and end it."""
    command = [sys.executable, "-m", "sim", "dashboard", "--port", "0", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        finally:
            server.terminate()


def hostile(port: int) -> Iterator[bytes]:
    """Yield the requests."""
    here = f"127.0.0.1:{port}"
    own = f"Host: {here}\r\nConnection: close\r\n"
    socketed = (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    )
    asked = [
        *(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            for path, host in product(("/", "/ws"), HOSTS)
        ),
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        *(f"GET / HTTP/1.1\r\n{own}Origin: {one}\r\n\r\n" for one in ORIGINS),
        *(f"GET /ws HTTP/1.1\r\nHost: {here}\r\n{socketed}Origin: {one}\r\n\r\n" for one in ORIGINS),
        f"GET /ws HTTP/1.1\r\nHost: {here}\r\n{socketed}\r\n",
        *(
            f"GET /ws HTTP/1.1\r\nHost: {here}\r\n{socketed}Origin: http://{here}\r\n{token}\r\n"
            for token in (
                "",
                "Sec-WebSocket-Protocol: bokeh\r\n",
                "Sec-WebSocket-Protocol: bokeh, forged\r\n",
            )
        ),
        *(f"GET {path} HTTP/1.1\r\n{own}\r\n" for path in PATHS),
        *(f"{method} / HTTP/1.1\r\n{own}Content-Length: 0\r\n\r\n" for method in METHODS),
        *(
            f"GET / HTTP/1.1\r\n{own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: {part}\r\n\r\n"
            for part in PARTS
        ),
        *(f"GET / HTTP/1.1\r\n{own}{rest}" for rest in BROKEN),
        *(f"{line}\r\n{own}\r\n" for line in LINES),
    ]
    for one in asked:
        yield one.format(port=port).encode("latin-1")


def answer(port: int, request: bytes) -> tuple[int, bytes]:
    """Send a request as it is; return the status, and headers and body; 0 where the connection is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        response = HTTPResponse(connection)
        try:
            connection.sendall(request)
            response.begin()
            # An open websocket tells all it has to say until it is closed.
            body = response.fp.read() if response.status == 101 else response.read()
        except (ConnectionError, HTTPException):
            return 0, b""
    return response.status, str(response.headers).encode() + body


def refused(port: int, request: bytes) -> bool:
    """Whether a request gets a refusal without a word of what lies here, and the page still serves."""
    status, told = answer(port, request)
    own = f"GET /static/js/bokeh.min.js HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    return (
        (status in (0, 101) or 400 <= status < 500)
        and not any(one in told for one in SECRETS)
        and answer(port, own.encode())[0] == 200
    )

"""The web page: turn a knob, see the distribution move, step through one run, open a stored study.

Everything the browser needs comes from this machine. What is computed here is computed by the same
functions as on the command line, so that a figure on the page is a figure of `panj run`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.errors import ScenarioError

__all__ = ["dashboard"]

#: Where the page is found unless told otherwise.
PORT = 5006


def dashboard(
    folder: str | Path | None = None,
    *,
    port: int = PORT,
    address: str = "127.0.0.1",
    quiet: bool = False,
    allow_origin: Sequence[str] = (),
    prefix: str = "",
) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    folder
        A result folder, or a folder of such and of scenario files, to choose from on the page. Nothing
        outside it is read on a visitor's behalf.
    port
        0 to 65535; 0 takes any that is free.
    address
        Where to listen. Beyond this machine, anybody who can reach it can have it compute.
    quiet
        Say nothing but where the page is.
    allow_origin
        Origins that a browser may come by, as through a forwarded port (`http://localhost:8888`) or a
        proxy (`https://hub.example.org`); by itself only this server's own.
    prefix
        Path under which a proxy serves the page, like `/user/me/panj`.

    Raises
    ------
    ScenarioError
        The extra `dashboard` is not installed, or an argument is wrong.
    OSError
        The port is taken, or the address is not this machine's.
    """
    try:
        import bokeh  # noqa: F401
        import panel  # noqa: F401
    except ImportError as error:
        raise ScenarioError(
            f"the dashboard needs the extra of that name ({error.name} is missing): "
            "pip install 'panj[dashboard]'"
        ) from None
    from sim.views.dashboard.server import serve

    serve(None if folder is None else Path(folder), port, address, quiet, tuple(allow_origin), prefix)

"""The command that serves the web page; `sim.cli` takes it among its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import integer

page = typer.Typer()


@page.command(epilog="Example: panj dashboard results --port 8000")
def dashboard(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="A result folder, or a folder of such and of scenario files, to open there."
        ),
    ] = None,
    port: Annotated[int, integer("N", "Port; 0 takes any that is free.", 0, 65535)] = 5006,
    address: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Where to listen; beyond 127.0.0.1 whoever reaches it can have this machine compute.",
        ),
    ] = "127.0.0.1",
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help="Where a browser may come from besides, as through a forwarded port or a proxy: "
            "http://localhost:8888, https://hub.example.org; repeatable.",
        ),
    ] = None,
    prefix: Annotated[
        str, typer.Option(metavar="PATH", help="Path under which a proxy serves it, like /user/me/panj.")
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No remarks.")] = False,
) -> None:
    """Serve the web page: turn numbers, watch the distribution, compare, step through a run, brush results.

    It prints where the page is, loads nothing from the internet, and ends with Ctrl-C.
    """
    import sim

    sim.dashboard(
        folder,
        port=port,
        address=address,
        quiet=quiet,
        allow_origin=tuple(allow_origin or ()),
        prefix=prefix,
    )

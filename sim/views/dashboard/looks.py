"""How the page looks: its frame, and the style that every part of it is handed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

import panel as pn
from bokeh.document import without_document_lock
from panel.io.resources import LOCAL_DIST

HERE = Path(__file__).parent

#: For what stands inside the widgets, whose shadow the page's own style does not reach.
INNER = (HERE / "inner.css").read_text(encoding="utf-8")
PAGE = (
    (HERE / "page.html")
    .read_text(encoding="utf-8")
    .replace("/* page.css */", (HERE / "page.css").read_text(encoding="utf-8"))
    .replace("/* page.js */", (HERE / "page.js").read_text(encoding="utf-8"))
)


class Frame(pn.Template):  # type: ignore[misc]
    """The page around the parts; made several times as fast as Panel would by itself."""

    def __repr__(self) -> str:
        return "Frame"  # the inherited one, asked for with every part, writes all of them out

    def server_doc(self, doc: Any = None, *given: Any, **named: Any) -> Any:
        """Put the page into a document, whose models are looked through once and not for every part."""
        doc = doc or pn.state.curdoc
        # Panel sets this as it writes the page. A visitor whose browser takes long to call back is given a
        # new document for the page it has, and that one's styles would be fetched from the internet.
        doc.template_variables.setdefault("dist_url", LOCAL_DIST)
        with doc.models.freeze():
            return super().server_doc(doc, *given, **named)


#: Has a change of the page made in its turn.
Later = Callable[[Callable[[], object]], None]

#: A piece of work that goes on beside the page, and what begins one.
Work = Callable[[], Coroutine[Any, Any, None]]
Start = Callable[[Work], None]


def at_once(change: Callable[[], object]) -> None:
    """Make a change where there is no page yet that would have to wait for its turn."""
    change()


def turn(doc: Any, change: Callable[[], object]) -> None:
    """Make a change of a page in its turn, and send all of it as one message, in Bokeh's way.

    Panel has a way of its own to send what a handler changes, in which the last message may lie about
    while the line is busy, until something else changes: a page would show an answer as computing for good.
    """

    def changed() -> None:
        doc.hold("combine")
        try:
            with doc.models.freeze():  # a card full of sliders is looked through once, not slider by slider
                change()
        finally:
            doc.unhold()

    doc.add_next_tick_callback(changed)


def start(doc: Any, work: Work) -> None:
    """Begin work on the server's loop; Bokeh 3.10 and later serve a request from a thread without one."""
    doc.add_next_tick_callback(without_document_lock(work))


def html(text: str, **given: Any) -> Any:
    """Return a piece of HTML; words from outside must have been escaped."""
    given = {"sizing_mode": "stretch_width", "margin": (0, 10), **given}
    return pn.pane.HTML(text, stylesheets=[INNER], **given)


def drawing(figure: Any) -> Any:
    """Return a Bokeh figure as a part of the page."""
    return pn.pane.Bokeh(figure, sizing_mode="stretch_width", stylesheets=[INNER])


def fade(parts: Iterable[Any], faded: bool) -> None:
    """Show parts as out of date, or again as they are."""
    for part in parts:
        part.css_classes = ["old"] if faded else []


def button(name: str, **given: Any) -> Any:
    """Return a button."""
    return pn.widgets.Button(label=name, stylesheets=[INNER], margin=(4, 4), **given)

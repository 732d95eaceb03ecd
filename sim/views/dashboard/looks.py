"""How the page looks: its frame, and the style that every part of it is handed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

import panel as pn
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


#: Documents whose changes are being gathered.
_together: WeakSet[Any] = WeakSet()


@contextmanager
def together(doc: Any = None) -> Iterator[None]:
    """Send what is changed here as one message, in Bokeh's way.

    Panel has a way of its own, quicker by a little, in which the last message may lie about while the
    line is busy until something else changes: a page would show an answer as computing for good.
    """
    doc = doc or pn.state.curdoc
    if doc is None or doc in _together:
        yield
        return
    _together.add(doc)
    held = doc.callbacks.hold_value
    if held is None:
        doc.hold("combine")
    try:
        yield
    finally:
        _together.discard(doc)
        doc.unhold()
        if held is not None:  # by Panel, which will find nothing left to send
            doc.hold(held)


def html(text: str, **given: Any) -> Any:
    """Return a piece of HTML; words from outside must have been escaped."""
    given = {"sizing_mode": "stretch_width", "margin": (0, 10), **given}
    return pn.pane.HTML(text, stylesheets=[INNER], **given)


def button(name: str, **given: Any) -> Any:
    """Return a button."""
    return pn.widgets.Button(label=name, stylesheets=[INNER], margin=(4, 4), **given)

"""Pictures and the numbers beside them as files: each written whole or not at all."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.errors import ScenarioError, nearest
from sim.study.files import DISK, put
from sim.views.plots import style

#: Dots per inch of a PNG.
DOTS = 150
FORMS = ("png", "svg", "pdf")


def forms_named(names: Iterable[str]) -> list[str]:
    """Return forms of files, each once.

    Raises
    ------
    ScenarioError
        One that does not exist, with those that do.
    """
    wanted = list(dict.fromkeys(names))
    for form in wanted:
        if form not in FORMS:
            raise ScenarioError(f"no form {form!r}{nearest(form, FORMS)}; forms: {', '.join(FORMS)}")
    return wanted


def picture(figure: Figure, form: str = "png", dots: int = DOTS) -> bytes:
    """Return a figure as the bytes of a file; the same figure gives the same bytes."""
    content = BytesIO()
    with style.look(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a title in a script the font lacks
        if form == "svg":
            from matplotlib.backends.backend_svg import FigureCanvasSVG

            FigureCanvasSVG(figure).print_svg(content, metadata={"Date": None})  # type: ignore[no-untyped-call]
        elif form == "pdf":
            from matplotlib.backends.backend_pdf import FigureCanvasPdf

            FigureCanvasPdf(figure).print_pdf(content, metadata={"CreationDate": None})  # type: ignore[no-untyped-call]
        else:
            figure.set_dpi(dots)
            FigureCanvasAgg(figure).print_png(content)  # type: ignore[no-untyped-call]
    return content.getvalue()


def write_figure(figure: Figure, path: Path) -> Path:
    """Save a figure in the form its name ends with."""
    return write(picture(figure, path.suffix[1:]), path)


def write_text(content: str, path: Path) -> Path:
    """Save text in UTF-8."""
    return write(content.encode(), path)


def write(content: bytes, path: Path) -> Path:
    """Save a file whole or not at all."""
    put(DISK, {path: content})
    return path

"""From a result folder to one file of HTML."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.answers.digest import Digest
from sim.scenario import arguments
from sim.study.results.loading import load_results
from sim.views.plots.files import write_text
from sim.views.report.parts import Section
from sim.views.report.sections import sections

if TYPE_CHECKING:
    from sim.study.results.result import Result
    from sim.study.results.study import Study

NAME = "report.html"


def report(
    folder: str | Path,
    out: str | Path | None = None,
    *,
    where: str | None = None,
    given: str | None = None,
) -> Path:
    """Write a result folder as one page of HTML: pictures inside, nothing fetched, under 3 MB.

    Parameters
    ----------
    folder
        Of an ensemble or of a sweep, complete or not.
    out
        The file; default: `report.html` in the folder, under a condition in its folder `given`.
    where
        For a sweep, the condition that boxes are drawn for; default: clashes or worse in more than a
        tenth of a case's runs.
    given
        A condition on runs; the page is about those that meet it.

    Raises
    ------
    ScenarioError
        The condition is not understood.
    ResultError
        There is no such folder, or it cannot be read.
    OSError
        Writing failed; what was there before is still there.
    """
    place = Path(arguments.path(folder, "the path of a result folder"))
    target = Path(out) if out is not None else (place / "given" if given else place) / NAME
    content = html(load_results(place, given), str(folder), where)
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_text(content, target)


def html(result: Result | Study, folder: str = "DIR", where: str | None = None) -> str:
    """Return the page of a result; the same result gives the same page."""
    digest = Digest(result, where)
    return render(digest.runs.what.title, digest.runs.what.question, sections(digest, folder))


def render(title: str, question: str, content: list[Section]) -> str:
    """Fill the template; every text is escaped."""
    from jinja2 import Environment, StrictUndefined

    here = files("sim.views.report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((here / "page.html.j2").read_text(encoding="utf-8"))
    return template.render(
        title=title,
        question=question,
        sections=content,
        style=(here / "page.css").read_text(encoding="utf-8"),
        script=(here / "page.js").read_text(encoding="utf-8"),
    )

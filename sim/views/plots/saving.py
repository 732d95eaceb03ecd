"""Pictures of any result folder, in the forms asked for, with their numbers beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from sim.analysis.answers.digest import Digest
from sim.errors import ScenarioError, nearest
from sim.views.plots import data, style
from sim.views.plots.files import forms_named, write_figure, write_text
from sim.views.plots.sheets import KINDS, sheet, usual
from sim.views.plots.sheets.sheet import InapplicableError, Sheet

if TYPE_CHECKING:
    from sim.study.results.result import Result
    from sim.study.results.study import Study

#: Forms that pictures get unless others are asked for.
USUAL = ("png", "svg")


def save(
    result: Result | Study,
    folder: str | Path,
    kinds: Sequence[str] | None = None,
    *,
    forms: Iterable[str] = USUAL,
    numbers: bool = False,
    by: str | None = None,
    where: str | None = None,
    source: str = "DIR",
) -> list[Path]:
    """Draw pictures of a result into a folder, and return the paths.

    Parameters
    ----------
    kinds
        Which; default: those that are usual for this kind of result.
    forms
        Of `png`, `svg`, `pdf`.
    numbers
        Write the numbers behind each picture as CSV beside it.
    by
        What the groups are told apart by; default: the two parts of an ensemble, the levers of a sweep.
    where
        For a sweep: the condition that boxes are drawn for.
    source
        The folder the result came from, as the numbers' header names it.

    Raises
    ------
    ScenarioError
        A kind, form or name that does not exist, with those that do; or a kind that was asked for and has
        nothing to show, with why.
    OSError
        Writing failed.
    """
    wanted_forms = forms_named(forms)
    for kind in kinds or ():
        if kind not in KINDS:
            raise ScenarioError(
                f"no picture of kind {kind!r}{nearest(kind, KINDS)}; kinds: {', '.join(KINDS)}"
            )
    digest = Digest(result, where)
    runs = digest.runs
    runs.named(by)  # a wrong name is refused before anything is written
    asked = {"by": by, "where": where, "given": runs.condition}
    options = "".join(f" --{name} {quote(one)}" for name, one in asked.items() if one is not None)
    place = Path(folder)
    drawn = _sheets(digest, kinds, by)
    place.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for kind, one in drawn:
        with style.look():
            paths += [write_figure(one.figure, place / f"{kind}.{form}") for form in wanted_forms]
        if numbers:
            about = [
                ("picture", f"{kind} of {runs.what.title}"),
                ("finding", one.finding),
                ("unit", one.unit),
                ("n", f"{len(runs.sound)} runs, {runs.failed} failed"),
                ("interval", one.interval),
                ("identity", f"{runs.kind} {runs.what.hash[:16]}, seed {runs.seed}, panj {runs.version}"),
                ("command", f"panj plot {source} --kind {kind}{options} --data"),
            ]
            paths.append(write_text(data.text(one.data, about), place / f"{kind}.csv"))
    return paths


def _sheets(digest: Digest, kinds: Sequence[str] | None, by: str | None) -> list[tuple[str, Sheet]]:
    """Return the pictures that were asked for; of the usual ones, those that have something to show.

    Raises
    ------
    ScenarioError
        One that was asked for has nothing to show; nothing is written then.
    """
    drawn = []
    for kind in usual(digest.runs) if kinds is None else dict.fromkeys(kinds):
        with style.look():
            try:
                drawn.append((kind, sheet(digest, kind, by)))
            except InapplicableError as error:
                if kinds is not None:
                    others = ", ".join(one for one in usual(digest.runs) if one != kind)
                    raise ScenarioError(
                        f"the picture {kind!r} has nothing to show of this result: {error}; "
                        f"usual for it are: {others}"
                    ) from None
    return drawn

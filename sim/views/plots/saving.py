"""Pictures of any result folder, in the forms asked for, with their numbers beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from sim.errors import ScenarioError, nearest
from sim.study.results.result import Result
from sim.views.plots import data, gallery, style
from sim.views.plots.files import forms_named, write_figure, write_text

if TYPE_CHECKING:
    from sim.study.results.study import Study
    from sim.views.plots.sheet import Sheet

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
        Which; default: all that there are of this kind of result.
    forms
        Of `png`, `svg`, `pdf`.
    numbers
        Write the numbers behind each picture as CSV beside it.
    by
        For a sweep: what shares and ridges are told apart by; default: the levers.
    where
        For a sweep: the condition that boxes are drawn for.
    source
        The folder the result came from, as the numbers' header names it.

    Raises
    ------
    ScenarioError
        A kind, form or name that does not exist, with those that do.
    OSError
        Writing failed.
    """
    wanted_forms = forms_named(forms)
    ensemble = isinstance(result, Result)
    if ensemble and (by is not None or where is not None):
        raise ScenarioError("--by and --where tell the cases of a sweep apart; this is an ensemble")
    known = _kinds(result)
    for kind in kinds or ():
        if kind not in known:
            raise ScenarioError(
                f"no picture of kind {kind!r}{nearest(kind, known)}; kinds: {', '.join(known)}"
            )
    draw, usual, about = _drawer(result, by, where)
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for kind in usual if kinds is None else dict.fromkeys(kinds):
        with style.look():
            figure, table, unit, interval = draw(kind)
            made += [write_figure(figure, place / f"{kind}.{form}") for form in wanted_forms]
        if numbers:
            told = [
                ("picture", f"{kind} of {about['title']}"),
                ("unit", unit),
                ("n", about["n"]),
                ("interval", interval),
                ("identity", about["identity"]),
                ("command", f"panj plot {source} --kind {kind}{about['options']} --data"),
            ]
            made.append(write_text(data.text(table, told), place / f"{kind}.csv"))
    return made


def _kinds(result: Result | Study) -> Sequence[str]:
    if isinstance(result, Result):
        return list(gallery.EVERY)
    from sim.views.plots import sweeps

    return list(sweeps.KINDS)


def _drawer(
    result: Result | Study, by: str | None, where: str | None
) -> tuple[Callable[[str], Sheet], list[str], dict[str, str]]:
    """Return what draws a kind, with its numbers, the kinds that are usual, and what the result is."""
    made = f"seed {result.identity['seed']}, panj {result.identity['versions']['panj']}"
    asked = {"by": by, "where": where, "given": result.condition}
    options = "".join(f" --{name} {quote(one)}" for name, one in asked.items() if one is not None)
    if isinstance(result, Result):
        sound = int(result.outcomes["failure"].isna().sum())
        about = {
            "title": result.spec.title,
            "n": f"{sound} runs, {len(result.outcomes) - sound} failed",
            "identity": f"scenario {result.spec.hash[:16]}, {made}",
            "options": options,
        }
        return lambda kind: gallery.sheet(result, kind), list(gallery.KINDS), about
    from sim.analysis.answers.digest import Digest
    from sim.views.plots import sweeps
    from sim.views.plots.sheet import named

    digest = Digest(result, where)
    named(digest, by)  # a wrong name is refused before anything is written
    sound = len(digest.sound)
    about = {
        "title": result.experiment.title,
        "n": f"{sound} runs, {len(digest.runs) - sound} failed",
        "identity": f"experiment {result.experiment.hash[:16]}, {made}",
        "options": options,
    }
    return lambda kind: sweeps.KINDS[kind](digest, by), sweeps.usual(digest), about

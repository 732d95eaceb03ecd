"""Pictures of any result folder, in the forms asked for, with their numbers beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import ScenarioError, nearest
from sim.study.result import Result
from sim.views.plots import data, gallery, style
from sim.views.plots.files import FORMS, write_figure, write_text

if TYPE_CHECKING:
    from sim.study.study import Study
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
    wanted_forms = list(dict.fromkeys(forms))
    for form in wanted_forms:
        if form not in FORMS:
            raise ScenarioError(f"no form {form!r}{nearest(form, FORMS)}; forms: {', '.join(FORMS)}")
    ensemble = isinstance(result, Result)
    if ensemble and (by is not None or where is not None):
        raise ScenarioError("--by and --where tell the cases of a sweep apart; this is an ensemble")
    known = _kinds(result)
    for kind in kinds or ():
        if kind not in known:
            raise ScenarioError(
                f"no picture of kind {kind!r}{nearest(kind, known)}; kinds: {', '.join(known)}"
            )
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    draw, usual = _drawer(result, by, where)
    for kind in usual if kinds is None else dict.fromkeys(kinds):
        with style.look():
            figure, table, unit, interval = draw(kind)
            made += [write_figure(figure, place / f"{kind}.{form}") for form in wanted_forms]
        if numbers:
            about = _about(result, kind, unit, interval, source, by)
            made.append(write_text(data.text(table, about), place / f"{kind}.csv"))
    return made


def _kinds(result: Result | Study) -> Sequence[str]:
    if isinstance(result, Result):
        return list(gallery.EVERY)
    from sim.views.plots import sweeps

    return list(sweeps.KINDS)


def _drawer(
    result: Result | Study, by: str | None, where: str | None
) -> tuple[Callable[[str], Sheet], list[str]]:
    """Return what draws a kind, with its numbers, and the kinds that are usual."""
    if isinstance(result, Result):
        return lambda kind: gallery.sheet(result, kind), list(gallery.KINDS)
    from sim.analysis.digest import Digest
    from sim.views.plots import sweeps

    digest = Digest(result, where)
    return lambda kind: sweeps.KINDS[kind](digest, by), sweeps.usual(digest)


def _about(
    result: Result | Study, kind: str, unit: str, interval: str, source: str, by: str | None
) -> list[tuple[str, str]]:
    if isinstance(result, Result):
        what, sound = f"scenario {result.spec.hash[:16]}", int(result.outcomes["failure"].isna().sum())
        title, failed = result.spec.title, len(result.outcomes) - sound
    else:
        what, sound = f"experiment {result.experiment.hash[:16]}", result.done - result.failed
        title, failed = result.experiment.title, result.failed
    option = f" --by {by}" if by is not None else ""
    return [
        ("picture", f"{kind} of {title}"), ("unit", unit), ("n", f"{sound} runs, {failed} failed"),
        ("interval", interval), ("identity", f"{what}, seed {result.identity['seed']}, "
         f"panj {result.identity['versions']['panj']}"),
        ("command", f"panj plot {source} --kind {kind}{option} --data"),
    ]  # fmt: skip

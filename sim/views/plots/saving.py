"""Pictures of any result folder, in the forms asked for, with their numbers beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sim.errors import ScenarioError, nearest
from sim.study.result import Result
from sim.views.plots import data, gallery, style
from sim.views.plots.files import FORMS, write_figure, write_text

if TYPE_CHECKING:
    from sim.study.study import Study

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
    wanted = list(known) if kinds is None else list(dict.fromkeys(kinds))
    for kind in wanted:
        if kind not in known:
            raise ScenarioError(
                f"no picture of kind {kind!r}{nearest(kind, known)}; kinds: {', '.join(known)}"
            )
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    digest = None
    for kind in wanted:
        with style.look():
            figure: Figure
            if isinstance(result, Result):
                figure = gallery.KINDS[kind](result)
            else:
                from sim.analysis.digest import Digest
                from sim.views.plots import sweeps

                digest = digest or Digest(result, where)
                figure, table, unit, interval = sweeps.KINDS[kind](digest, by)
            made += [write_figure(figure, place / f"{kind}.{form}") for form in wanted_forms]
        if numbers:
            if isinstance(result, Result):
                table, unit, interval = data.of_ensemble(result, kind)
            about = _about(result, kind, unit, interval, source, by)
            made.append(write_text(data.text(table, about), place / f"{kind}.csv"))
    return made


def _kinds(result: Result | Study) -> Sequence[str]:
    if isinstance(result, Result):
        return list(gallery.KINDS)
    from sim.views.plots import sweeps

    return list(sweeps.KINDS)


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

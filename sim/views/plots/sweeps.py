"""The pictures of a sweep as sheets with heading and note, each with the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.digest import CORNERS, RISK
from sim.errors import ScenarioError, nearest
from sim.views.plots import study as plots
from sim.views.plots import style

if TYPE_CHECKING:
    from sim.analysis.digest import Digest


class Sheet(NamedTuple):
    """A picture, the numbers behind it, their unit, and what the intervals are."""

    figure: Figure
    data: pd.DataFrame
    unit: str
    interval: str


def _blank(size: tuple[float, float], margins: tuple[float, float, float, float], panels: int = 1,
           projection: str | None = None, gap: float = 1.0) -> tuple[Figure, list[Axes]]:  # fmt: skip
    if projection is None:
        return style.sheet(size, (1, panels), margins=margins, gaps=(gap, 0))
    figure = Figure(figsize=size)
    figure.set_layout_engine("none")
    left, right, top, bottom = margins
    (width, height) = size
    place = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    return figure, [figure.add_axes(place, projection=projection)]


def _inscribed(figure: Figure, digest: Digest, title: str, *notes: str) -> None:
    experiment = digest.study.experiment
    study = digest.study
    done = f"{len(digest.sound):,} runs of {len(digest.inputs):,} cases"
    if study.failed:
        done += f" ({study.failed:,} more failed)"
    if not study.complete:
        done += f"; not complete, {study.done:,} of {study.runs:,} done"
    if study.condition is not None:
        done += f". Only runs where {study.condition}"
    versions = study.identity["versions"]
    style.caption(
        figure, title, experiment.title, f"{done}. {' '.join(notes)}".strip(),
        f"Experiment {experiment.hash[:8]}, seed {experiment.seed}, panj {versions['panj']}. "
        "Under the assumptions of this experiment; not a forecast.",
    )  # fmt: skip


def _by(digest: Digest, by: str | None) -> str:
    if by is None:
        return "levers"
    if by != "levers" and by not in digest.inputs:
        choices = ["levers", *map(str, digest.inputs)]
        raise ScenarioError(f"--by: nothing named {by!r} varies{nearest(by, choices)}")
    return by


def _shares(digest: Digest, by: str | None) -> Sheet:
    name = _by(digest, by)
    figure, (ax,) = _blank((9.0, 5.6), (2.4, 0.3, 0.5, 1.75))
    plots.stacked(digest, name, ax)
    _inscribed(figure, digest, f"Where runs end by {name}", "Whisker: clashes or worse, 95 % over cases.")
    return Sheet(figure, digest.table(name), "share of runs", "95 %, bootstrap over cases")


def _ridges(digest: Digest, by: str | None) -> Sheet:
    name = _by(digest, by)
    figure, (ax,) = _blank((8.0, 5.2), (2.4, 0.3, 0.5, 1.0))
    plots.ridges(digest, RISK, name, ax)
    note = "Ridges are smoothed histograms over cases, chance within a case included; ticks are means."
    _inscribed(figure, digest, f"Clashes or worse from case to case, by {name}", note)
    groups = digest.settings() if name == "levers" else digest.groups(name)
    frames = []
    for one in groups:
        share, runs = digest.risk.value[one.cases], digest.risk.runs[one.cases]
        numbers = np.flatnonzero(one.cases)
        frames.append(pd.DataFrame({"group": one.name, "case": numbers, "share": share, "runs": runs}))
    return Sheet(figure, pd.concat(frames, ignore_index=True), "share of runs of a case", "none")


def _ternary(digest: Digest, by: str | None) -> Sheet:
    import mpltern  # noqa: F401 - registers the projection

    figure, (ax,) = _blank((7.2, 6.6), (1.2, 1.2, 1.0, 1.1), projection="ternary")
    plots.ternary(digest, ax)
    _inscribed(figure, digest, "Three ends", "Each dot is one or more cases, by shares in per cent; "
               "crosses are means.")  # fmt: skip
    frame = pd.DataFrame(digest.corners, columns=[one.replace(" ", "_") for one in CORNERS])
    frame.insert(0, "case", np.arange(len(frame)))
    return Sheet(figure, frame, "share of runs of a case", "none")


def _incidence(digest: Digest, by: str | None) -> Sheet:
    figure, (left, right) = _blank((11.0, 4.8), (0.8, 0.3, 0.7, 1.0), 2)
    for ax, column, title in ((left, "first_escalation_3", "First armed clash"),
                              (right, "first_rapprochement_2", "First official talks")):  # fmt: skip
        plots.incidence(digest, column, ax)
        ax.set_title(title)
    _inscribed(figure, digest, "By when", "Runs that never get there are censored at the horizon.")
    frames = [
        digest.incidence(column).assign(event=event)
        for event, column in (("clash", "first_escalation_3"), ("talks", "first_rapprochement_2"))
    ]
    return Sheet(figure, pd.concat(frames, ignore_index=True), "share of runs", "none")


def _drivers(digest: Digest, by: str | None) -> Sheet:
    figure, (ax,) = _blank((8.0, 5.4), (2.4, 0.3, 0.5, 1.1))
    found = digest.drivers
    if found is None:
        style.empty(ax, digest.notes["drivers"])
        _inscribed(figure, digest, "What decides clashes or worse")
        return Sheet(figure, pd.DataFrame({"name": []}), "index", "none")
    plots.drivers(found, ax)
    settled = {
        True: "Half the sample says the same.",
        False: "Half the sample says otherwise: not settled.",
        None: "",
    }[found.settled]
    what = "groups" if found.method in ("sobol", "morris") else "cases"
    note = f"Indices: {found.method}; {found.groups:,} {what}, {found.dropped:,} dropped. {settled}"
    _inscribed(figure, digest, "What decides clashes or worse", note)
    unit = "index" if found.method != "morris" else found.unit
    return Sheet(figure, found.indices, unit, "95 %, bootstrap")


def _boxes(digest: Digest, by: str | None) -> Sheet:
    figure, (left, right) = _blank((11.0, 5.6), (0.9, 0.3, 0.9, 1.1), 2)
    found = digest.boxes
    if not found:
        style.empty(left, digest.notes.get("boxes", "no box"))
        style.empty(right, "")
        _inscribed(figure, digest, "Under which conditions", digest.where.text)
        return Sheet(figure, pd.DataFrame({"coverage": [], "density": []}), "share of cases", "none")
    plots.box(digest, found[0], left)
    plots.peeling(found[0], right)
    words = " and ".join(map(str, found[0].limits))
    low, high = found[0].fit.interval
    _inscribed(figure, digest, "Under which conditions", f"Asked: {digest.where.text}. Box: {words}. Density "
               f"{100 * found[0].fit.density:.0f} % ({100 * low:.0f} to {100 * high:.0f} %).")  # fmt: skip
    return Sheet(
        figure, found[0].trajectory, "share of cases", "none; the box's density has a Wilson interval"
    )


def _tradeoff(digest: Digest, by: str | None) -> Sheet:
    figure, (ax,) = _blank((8.0, 5.8), (0.9, 0.4, 0.75, 1.25))
    found = digest.policies
    if found is None:
        style.empty(ax, digest.notes["policies"])
        _inscribed(figure, digest, "Which choice holds up")
        return Sheet(figure, pd.DataFrame({"policy": []}), "mean over worlds", "none")
    plots.tradeoff(found, ax)
    _inscribed(figure, digest, "Which choice holds up",
               f"Means over {found.worlds:,} worlds; least regret: {found.favourite}.")  # fmt: skip
    frames = [
        table.assign(policy=found.policies, question=str(goal.asked), on_the_front=found.pareto)
        for goal, table in zip(found.goals, found.tables, strict=True)
    ]
    return Sheet(figure, pd.concat(frames, ignore_index=True), "unit of the question", "none")


#: Kinds of pictures of a sweep.
KINDS: dict[str, Callable[[Digest, str | None], Sheet]] = {
    "shares": _shares,
    "ridges": _ridges,
    "ternary": _ternary,
    "incidence": _incidence,
    "drivers": _drivers,
    "boxes": _boxes,
    "tradeoff": _tradeoff,
}

"""What the bar above the figures says: what is shown, how far it is, what stands beside it."""

from __future__ import annotations

from html import escape

from sim.scenario.schema import Scenario
from sim.views.dashboard.computing import Question
from sim.views.dashboard.figures import Figures
from sim.views.dashboard.state import Settings
from sim.views.numbers import counted
from sim.views.one_run.narrative import titled


def shown(one: Figures, asked: Question, changed: bool, look: bool, ranged: bool) -> str:
    """Return what is shown, as HTML.

    Parameters
    ----------
    changed
        Whether anything differs from the storyline.
    look
        Whether it is a preview of the answer.
    ranged
        Whether the range across plausible parameters is there.
    """
    more = f"; computing {asked.runs:,} with {_opinion(asked.spec)}" if look else ""
    failed = f"; {one.failed:,} failed" if one.failed else ""
    kind = "preview" if look else "complete" if ranged else "complete but for the range"
    mark = "look" if look else "complete" if ranged else "full"
    return (
        f'<p role=status class="{mark}"><b>{escape(one.spec.title)}</b>{", changed" if changed else ""}: '
        f"{counted(one.runs, 'run')}, {_opinion(one.spec)}, seed {one.seed} ({kind}{failed}{more})</p>"
    )


def outdated(one: Figures) -> str:
    """Return a word on figures that answer what was set before, as HTML."""
    return (
        f"<p role=status>Still the figures of <b>{escape(one.spec.title)}</b> as it was set before; "
        "the new ones are being computed.</p>"
    )


def pinned(pin: Settings, question: Question) -> str:
    """Return what is pinned, as HTML."""
    parts = [question.spec.title, *(f"{name} {value:g}" for name, value in pin.values)]
    parts += [one["name"] for one in pin.added("events")]
    parts += [f"{titled(one['actor'])} bound" for one in pin.added("commitments")]
    words = ", ".join(parts + ([f"reading {pin.reading}"] if pin.reading else []))
    return f"<p class=dim>Pinned (grey and dashed): {escape(words)}, on the same randomness.</p>"


def _opinion(spec: Scenario) -> str:
    if spec.citizens:
        return counted(spec.citizens, "citizen")
    return "the average citizen of each region (no individuals)"

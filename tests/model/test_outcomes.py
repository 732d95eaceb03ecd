"""Where a run ends: each class from ladders made by hand, their order, and what is summed up beside."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ModelError
from sim.model.outcomes import (
    ESCALATION,
    LAST,
    OUTCOME_DTYPE,
    OUTCOMES,
    PATHS,
    RAPPROCHEMENT,
    Outcome,
    first_reached,
    reported,
    summarise,
)
from sim.model.registry import Model

WEEKS = 60

#: What a run must show, said once more and apart from the code: the first that fits names it.
CLASSES: dict[str, Callable[[Any], bool]] = {
    "war": lambda r: max(r.up) == 5,
    "fighting": lambda r: max(r.up[-LAST:]) >= 4,
    "fight and talk": lambda r: r.clashed and r.talked,
    "clashes": lambda r: r.clashed and not r.talked,
    "rapprochement": lambda r: sum(x >= 4 for x in r.close[-LAST:]) > LAST / 2,
    "quiet accommodation": lambda r: (
        sum(near >= 2 and up == 0 for near, up in zip(r.close[-LAST:], r.up[-LAST:], strict=True)) > LAST / 2
        and not sum(x >= 4 for x in r.close[-LAST:]) > LAST / 2
    ),
    "armed standoff": lambda r: sum(x >= 2 for x in r.up[-LAST:]) > LAST / 2,
    "cold peace": lambda r: True,
}


class Run:
    """A run by its rungs, week 1 to the last, with the weeks of its clashes and talks."""

    def __init__(self, up: Sequence[int], close: Sequence[int], clashes: Sequence[int], talks: Sequence[int]):
        self.up, self.close, self.clashes, self.talks = list(up), list(close), clashes, talks
        ending = range(len(up) - LAST + 1, len(up) + 1)
        self.clashed = any(week in ending for week in clashes) or max(self.up[-LAST:]) >= 3
        self.talked = any(week in ending for week in talks)


def tail(*pieces: tuple[int, int]) -> list[int]:
    """Make the rungs of a run that is calm until its last weeks: (weeks, rung) each, in order."""
    end = [rung for weeks, rung in pieces for _ in range(weeks)]
    return [0] * (WEEKS - len(end)) + end


@pytest.fixture
def summary(model: Model) -> Callable[..., Any]:
    def make(
        up: Sequence[int] = (),
        close: Sequence[int] = (),
        clashes: Sequence[int] = (),
        talks: Sequence[int] = (),
        **last: float,
    ) -> Any:
        """Summarise a run of these rungs; `clashes` and `talks` are weeks, `last` fields of its end."""
        weeks = max(len(up), len(close)) or WEEKS
        traj = np.zeros(weeks + 1, model.world_dtype).view(np.recarray)
        traj["escalation"][1:] = list(up) or 0
        traj["rapprochement"][1:] = list(close) or 0
        for name, when in (("clashes", clashes), ("talks", talks)):
            for week in when:
                traj[name][week:] += 1
        for name, value in last.items():
            traj[name][-1] = value
        out = np.zeros(1, OUTCOME_DTYPE).view(np.recarray)
        summarise(traj, out[0])
        return out[0]

    return make


def path(out: Any) -> str:
    return PATHS[int(out.path)]


def fits(out: Any) -> set[str]:
    return {name for bit, name in enumerate(PATHS) if int(out.fits) >> bit & 1}


def test_names_and_numbers_of_rungs_agree() -> None:
    assert len(ESCALATION) == len(RAPPROCHEMENT) == 6
    assert tuple(CLASSES) == PATHS
    assert OUTCOME_DTYPE.names == tuple(OUTCOMES)


def test_an_outcome_is_reported_where_its_declaration_says() -> None:
    assert [one.name for one in reported("levers")] == [
        "blood",
        "peak_escalation",
        "peak_rapprochement",
        "approval",
    ]
    assert {one.name for one in OUTCOMES.values() if one.counted} >= {"incidents", "deaths", "power_debt"}
    assert not OUTCOMES["peak_escalation"].counted
    assert OUTCOMES["first_escalation_3"].label == "first armed clash"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"unit": ""}, "outcome 'noise': expected one of share, index, .*; found ''"),
        ({"kind": "text"}, "outcome 'noise': expected one of class, .*; found 'text'"),
        ({"places": ("wall",)}, "outcome 'noise': expected one of page, .*; found 'wall'"),
        ({"meaning": " "}, "outcome 'noise': needs a meaning and a label"),
        ({"label": ""}, "outcome 'noise': needs a meaning and a label"),
        ({"kind": "flag"}, "outcome 'noise': a flag and a first week name their event"),
        ({"event": "a bang"}, "outcome 'noise': a flag and a first week name their event"),
    ],
)
def test_an_outcome_that_is_declared_wrongly_does_not_load(changes: dict[str, Any], says: str) -> None:
    sound = {"name": "noise", "kind": "real", "unit": "index", "meaning": "loudness", "label": "noise"}
    assert Outcome(**sound).unit == "index"
    with pytest.raises(ModelError, match=says):
        Outcome(**sound | changes)


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("war", {"up": tail((5, 5))}),
        ("war", {"up": [0] * 5 + [5] * 3 + [0] * 52}),
        ("war", {"up": [5] + [0] * 59}),
        ("fighting", {"up": tail((1, 4))}),
        ("fighting", {"up": tail((1, 4), (25, 0))}),
        ("fight and talk", {"up": tail((1, 3), (3, 0)), "close": tail((4, 2)), "talks": [58]}),
        ("fight and talk", {"clashes": [40], "talks": [60]}),
        ("clashes", {"up": tail((1, 3))}),
        ("clashes", {"up": tail((1, 3)), "talks": [20]}),
        ("clashes", {"clashes": [35]}),
        ("rapprochement", {"close": tail((14, 4))}),
        ("rapprochement", {"close": tail((7, 4), (7, 5))}),
        ("quiet accommodation", {"close": tail((14, 2))}),
        ("quiet accommodation", {"close": tail((14, 3))}),
        ("quiet accommodation", {"close": tail((1, 2), (13, 4))}),
        ("quiet accommodation", {"close": tail((26, 2)), "up": tail((12, 1), (14, 0))}),
        ("armed standoff", {"up": tail((14, 2))}),
        ("cold peace", {}),
        ("cold peace", {"up": [1] * WEEKS, "close": [1] * WEEKS}),
        ("cold peace", {"up": tail((13, 2))}),
        ("cold peace", {"close": tail((13, 2))}),
        ("cold peace", {"close": tail((13, 5))}),
        ("cold peace", {"close": tail((26, 3)), "up": tail((13, 1), (13, 0))}),
        ("cold peace", {"close": tail((13, 2), (13, 0)), "up": tail((13, 1), (13, 0))}),
    ],
)
def test_a_run_ends_in_its_class(name: str, run: dict[str, Any], summary: Any) -> None:
    assert path(summary(**run)) == name


def test_a_class_says_where_a_run_ends_and_not_its_worst_week(summary: Any) -> None:
    """All but war is forgotten once it lies more than 26 weeks back."""
    for before in ({"up": [4] * 34 + [0] * 26}, {"up": [3] * 34 + [0] * 26}, {"up": [2] * 34 + [0] * 26}):
        assert path(summary(**before)) == "cold peace"
    assert path(summary(close=[5] * 34 + [0] * 26)) == "cold peace"
    assert path(summary(clashes=[34], talks=[34])) == "cold peace"
    assert path(summary(up=[4] * 35 + [0] * 25)) == "fighting"
    assert path(summary(clashes=[35])) == "clashes"
    assert path(summary(clashes=[35], talks=[34])) == "clashes"


#: A run in which everything happens, and what is taken away from it class by class.
EVERYTHING = {"up": [5] + [2] * 33 + [4] + [3] * 25, "close": [4] * WEEKS, "clashes": [50], "talks": [55]}
LESS: list[tuple[str, dict[str, Any]]] = [
    ("war", {}),
    ("fighting", {"up": [2] * 34 + [4] + [3] * 25}),
    ("fight and talk", {"up": [2] * WEEKS}),
    ("clashes", {"talks": []}),
    ("rapprochement", {"clashes": []}),
    ("armed standoff", {"close": [2] * WEEKS}),
    ("quiet accommodation", {"up": [0] * WEEKS}),
    ("cold peace", {"up": [1] * WEEKS}),
]


def test_the_first_class_that_fits_names_the_run(summary: Any) -> None:
    run = dict(EVERYTHING)
    for name, less in LESS:
        run |= less
        out = summary(**run)
        assert path(out) == name
        assert PATHS[min(PATHS.index(one) for one in fits(out))] == name


def test_every_class_that_fits_is_kept_so_that_their_order_can_change(summary: Any) -> None:
    assert fits(summary(**EVERYTHING)) == {
        "war",
        "fighting",
        "fight and talk",
        "rapprochement",
        "armed standoff",
        "cold peace",
    }
    assert fits(summary()) == {"cold peace"}
    assert fits(summary(clashes=[59])) == {"clashes", "cold peace"}
    assert fits(summary(up=[2] * WEEKS, close=[3] * WEEKS)) == {"armed standoff", "cold peace"}


rungs = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 5)), min_size=1, max_size=5)
moments = st.lists(st.integers(1, 30), max_size=3, unique=True)


@given(up=rungs, close=rungs, clashes=moments, talks=moments)
def test_path_and_fits_are_what_the_definitions_say(
    model: Model, up: Any, close: Any, clashes: list[int], talks: list[int]
) -> None:
    ladders = [[rung for weeks, rung in one for _ in range(weeks)] for one in (up, close)]
    weeks = max(len(ladders[0]), len(ladders[1]), 30)
    high, near = ([one[0]] * (weeks - len(one)) + one for one in ladders)
    run = Run(high, near, clashes, talks)
    traj = np.zeros(weeks + 1, model.world_dtype).view(np.recarray)
    traj["escalation"][1:], traj["rapprochement"][1:] = high, near
    for name, when in (("clashes", clashes), ("talks", talks)):
        for week in when:
            traj[name][week:] += 1
    out = np.zeros(1, OUTCOME_DTYPE).view(np.recarray)[0]
    summarise(traj, out)
    expected = {name for name, holds in CLASSES.items() if holds(run)}
    assert fits(out) == expected
    assert path(out) == next(name for name in PATHS if name in expected)
    assert (out.peak_escalation, out.final_escalation) == (max(high), high[-1])
    assert (out.peak_rapprochement, out.final_rapprochement) == (max(near), near[-1])
    for rung in range(1, 6):
        reached = [week for week, x in enumerate(high, 1) if x >= rung]
        first = out[f"first_escalation_{rung}"]
        assert first == reached[0] if reached else math.isnan(first)


def test_a_run_shorter_than_half_a_year_is_judged_by_all_of_it(summary: Any) -> None:
    assert path(summary(close=[2] * 6 + [0] * 4)) == "quiet accommodation"
    assert path(summary(close=[2] * 5 + [0] * 5)) == "cold peace"
    assert path(summary(up=[3] + [0] * 9)) == "clashes"


def test_first_reached_counts_weeks_from_one_and_takes_higher_rungs_for_it(model: Model) -> None:
    traj = np.zeros(8, model.world_dtype).view(np.recarray)
    traj["escalation"] = [5, 0, 0, 1, 3, 0, 1, 2]
    traj["rapprochement"] = [0, 1, 1, 2, 2, 2, 1, 1]
    assert [first_reached(traj, 0, float(rung)) for rung in (1, 2, 3)] == [3.0, 4.0, 4.0]
    assert math.isnan(first_reached(traj, 0, 4.0)), "week 0 is where the run starts, nothing it reached"
    assert [first_reached(traj, 1, float(rung)) for rung in (1, 2)] == [1.0, 3.0]
    assert math.isnan(first_reached(traj, 1, 3.0))


def test_what_is_summed_up_stands_at_the_end_of_the_run(summary: Any) -> None:
    out = summary(
        up=[0, 4, 1],
        close=[3, 2, 1],
        incidents=9.0,
        deaths=3.0,
        refugees_hosted=8000.0,
        approval=0.5,
        power_owed=1e7,
    )
    assert (out.incidents, out.refugees_hosted, out.approval, out.power_debt) == (9.0, 8000.0, 0.5, 1e7)
    assert (out.peak_escalation, out.final_escalation) == (4.0, 1.0)
    assert (out.peak_rapprochement, out.final_rapprochement) == (3.0, 1.0)
    assert (out.first_escalation_1, out.first_escalation_4, out.first_rapprochement_3) == (2.0, 2.0, 1.0)
    assert summary(clashes=[10, 20]).clashes == 2.0


@pytest.mark.parametrize(("deaths", "blood"), [(0.0, 0.0), (1.0, 1.0), (500.0, 1.0)])
def test_blood_says_whether_anyone_died(deaths: float, blood: float, summary: Any) -> None:
    out = summary(deaths=deaths)
    assert (out.deaths, out.blood) == (deaths, blood)

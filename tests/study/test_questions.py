"""Questions and conditions: what they mean, and what is said of those that are not understood."""

from __future__ import annotations

import contextlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.model.outcomes import PATHS
from sim.study.questions import by_case, condition, estimand


def runs() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case": [0, 0, 1, 1, 2],
            "path": pd.Categorical(["war", "clashes", "cold peace", None, None], categories=PATHS),
            "blood": pd.array([True, True, False, None, None], dtype="boolean"),
            "first_escalation_3": pd.array([4, 10, np.inf, np.inf, None], dtype="Float64"),
            "deaths": pd.array([30, 10, 0, None, None], dtype="Int64"),
            "failure": pd.array([None, None, None, "week 3: …", "week 1: …"], dtype="string"),
        }
    )


def answer(text: str) -> list[float]:
    one, table = estimand(text), runs()
    return by_case(one.of(table, 60), table["case"].to_numpy(), 3).value.tolist()


def test_questions_are_means_over_the_sound_runs_of_a_case() -> None:
    assert answer("share(war)") == pytest.approx([0.5, 0, np.nan], nan_ok=True)
    assert answer("share(clashes, war)") == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert answer("share(cold peace, blood)") == pytest.approx([1, 1, np.nan], nan_ok=True)
    assert answer("share(first_escalation_3)") == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert answer("mean(deaths)") == pytest.approx([20, 0, np.nan], nan_ok=True)
    assert answer("weeks(first_escalation_3)") == pytest.approx([7, 60, np.nan], nan_ok=True)


def test_a_name_alone_is_a_question() -> None:
    assert str(estimand("war")) == "share(war)"
    assert str(estimand("fight  and talk")) == "share(fight and talk)"
    assert str(estimand("deaths")) == "mean(deaths)"
    assert str(estimand("first_rapprochement_3")) == "weeks(first_rapprochement_3)"


def test_the_seed_s_share_of_variance() -> None:
    chance = np.random.default_rng(0)
    case = np.repeat(np.arange(500), 20)
    values = chance.normal(0, 2, 500)[case] + chance.normal(0, 1, len(case))
    found = by_case(values, case, 500)
    assert found.within == pytest.approx(1, rel=0.05)
    assert found.seed_share == pytest.approx(0.2, abs=0.03)


def holds(text: str, **values: float) -> bool:
    one = condition(text)
    answers = {str(asked): np.array([values[asked.names[0]]]) for asked in one.estimands}
    return bool(one.holds(answers)[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("share(war) > 0.1", True),
        ("share(war) > 20 %", False),
        ("share(war)>=20%", True),
        ("share(war) > .1 and mean(deaths) < 5", False),
        ("share(war) > .1 or mean(deaths) < 5", True),
        ("not share(war) > .1", False),
        ("share(blood) > .9 and share(war) > .1 or mean(deaths) > 5", True),
        ("share(blood) > .9 and (share(war) > .1 or mean(deaths) > 5)", False),
        ("mean(deaths) > -1e3", True),
        ("NOT (share(war) > 0.1) OR share(war) <= 0.2", True),
    ],
)
def test_conditions(text: str, expected: bool) -> None:
    assert holds(text, war=0.2, deaths=10, blood=0.5) is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "share"),
        ("share(war)", "one of > >= < <="),
        ("share(war) >", "a number"),
        ("share(war) > x", "a number"),
        ("share(wart) > 1", "nearest: war"),
        ("shore(war) > 1", "nearest: share"),
        ("mean(path) > 1", "no such outcome"),
        ("mean(deaths, approval) > 1", "takes one outcome"),
        ("weeks(deaths) > 1", "no such outcome"),
        ("share(war > 1", r"'\)'"),
        ("(share(war) > 1", r"'\)'"),
        ("share(war) > 1 share(war) > 2", "'and', 'or' or the end"),
        ("share(war) > 1; import os", "'and', 'or' or the end"),
        ("__import__('os').system('true') > 1", "share"),
        ("share(war) > 1 and", "share"),
        ("share(war) = 1", "one of > >= < <="),
        ("(" * 50 + "share(war) > 1" + ")" * 50, "deep"),
        ("share(war) > 1" + " and share(war) > 1" * 60, "at most"),
    ],
)
def test_what_is_not_understood_is_pointed_at(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        condition(text)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ScenarioError):
        condition(text)

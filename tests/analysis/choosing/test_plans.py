"""What became of a front: values, twins and bounds on fresh cases, weeks of switching, rules at work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.choosing import plans
from sim.analysis.choosing.plans import confirmation, pathways, working
from sim.analysis.deciding.cases import answers
from sim.study.questions import estimand
from sim.study.search.record import of_study
from sim.study.search.search import front
from sim.study.search.spaces import at_once
from tests.study.search.test_search import SMALL
from tests.study.sweeps import experiment

#: Whoever waits until tension is high does something else than whoever begins at once.
WAITING: dict[str, Any] = {
    **SMALL,
    "design": {"method": "search", "evaluations": 40, "population": 20, "seeds": 1},
    "plan": {"actor": "dushanbe", "may": ["words.denounce", "contact.warm"], "when": {"tension": [0.1, 0.9]}},
    "across": {"cases": 6, "confirm": 12},
    "replicates": 3,
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> sim.Study:
    return sim.sweep(WAITING, tmp_path_factory.mktemp("plans") / "study")


def test_values_are_means_over_fresh_cases_and_differences_are_paired(study: sim.Study) -> None:
    found = confirmation(study)
    assert found is not None
    asked = estimand("mean(approval)")
    names = list(study.experiment.levers["plan"])
    by_case = answers(study, [asked])[str(asked)].value.reshape(-1, len(names))
    mean = dict(zip(names, by_case.mean(axis=0), strict=True))
    for row in found.table[found.table["goal"] == "mean(approval)"].to_dict("records"):
        plan = found.candidates[row["name"]]
        assert row["value"] == pytest.approx(mean[row["name"]])
        assert row["added"] == pytest.approx(mean[row["name"]] - mean["no plan"])
        assert row["low"] <= row["value"] <= row["high"]
        if at_once(plan) == plan:
            assert np.isnan(row["reacting"])
        else:
            twin = next(name for name, one in study.experiment.levers["plan"].items() if one == at_once(plan))
            assert row["reacting"] == pytest.approx(mean[row["name"]] - mean[twin])


def test_what_is_beaten_on_fresh_cases_is_named(study: sim.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    real = plans._values

    def worse(*arguments: Any) -> Any:
        names, values = real(*arguments)
        values[0, :, names.index("plan A")] = -1.0  # less approval than any
        values[1, :, names.index("plan A")] = 9.0  # higher escalation than any
        return names, values

    monkeypatch.setattr(plans, "_values", worse)
    found = confirmation(study)
    assert found is not None
    assert "at least as good in every goal" in found.failed["plan A"]
    assert "plan A" not in found.held


def test_a_study_of_no_search_confirms_nothing(tmp_path: Any) -> None:
    assert confirmation(sim.sweep(experiment(), tmp_path / "study")) is None


def test_shares_of_pathways_are_those_of_the_runs(study: sim.Study) -> None:
    table = pathways(study)
    record = of_study(study.folder)
    assert record is not None
    waiting = {name for name, plan in front(record).items() if at_once(plan) != plan}
    assert set(table["plan"]) == waiting
    for (plan, *_), mine in table.groupby(["plan", *plans.COMMITMENT]):
        assert mine["share"].sum() == pytest.approx(1.0)
        runs = study.table()
        runs = runs[(runs["plan"] == plan) & runs["failure"].isna()]
        told = mine.groupby("path")["share"].sum()
        for path, share in told.items():
            assert (runs["path"] == path).mean() == pytest.approx(share)


def test_a_rule_works_where_the_plan_has_less_effect_without_it(study: sim.Study) -> None:
    found = confirmation(study)
    assert found is not None
    assert found.leading is not None
    rules = working(study, found.leading, estimand("mean(approval)"))
    assert rules
    assert all(one.low > 0 or one.high < 0 for one in rules)
    sizes = [abs(one.effect) for one in rules]
    assert sizes == sorted(sizes, reverse=True)
    whole = rules[0].effect / rules[0].share
    added = found.table.query("name == @found.leading and goal == 'mean(approval)'")["added"].iloc[0]
    assert np.sign(whole) == np.sign(added)

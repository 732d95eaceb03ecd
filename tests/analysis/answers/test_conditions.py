"""What is asked under conditions is answered under each of them, and over levers alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.answers import effects
from sim.analysis.answers.digest import Digest
from sim.analysis.answers.shares import SHOWN, shares
from sim.analysis.deciding import cases
from sim.analysis.runs import view
from sim.errors import ScenarioError
from sim.study.questions import WORSE, Estimand
from sim.views.finding import findings
from sim.views.numbers import points
from sim.views.plots.sheets.sheet import pooled
from sim.views.report.answer import answered
from sim.views.report.parts import Text
from tests.views import planted

RISK = Estimand("share", WORSE)


@pytest.fixture(scope="module")
def study() -> planted.Sweep:
    """Talks help under the one condition and harm under the other; the effects would cancel if pooled."""
    return planted.Sweep({**planted.EXPERIMENT, "conditions": planted.SHOCK, "replicates": 20})


def risk(study: planted.Sweep, **setting: str) -> pd.Series[float]:
    """The share of clashes or worse of each base point under a setting, straight from the tables."""
    runs = study.outcomes.merge(study.design, on="case")
    for name, alternative in setting.items():
        runs = runs[runs[name] == alternative]
    return runs["path"].isin(WORSE).groupby(runs["base"]).mean()


def test_a_share_is_of_one_setting_under_one_condition(study: planted.Sweep) -> None:
    table = shares(view(study))
    worse = table[table["path"] == SHOWN[-1]].set_index("group")["share"]
    assert list(worse.index) == ["none: free", "none: early", "both: free", "both: early"]
    for name, share in worse.items():
        shock, talks = str(name).split(": ")
        assert share == pytest.approx(risk(study, shock=shock, talks=talks).mean())


def test_a_group_by_anything_else_lies_within_a_condition(study: planted.Sweep) -> None:
    runs = view(study)
    names = [one.name for one in runs.groups("reading")]
    assert names == [f"{shock}: {one}" for shock in ("none", "both") for one in ("as_read", "sincere")]
    assert [one.name for one in runs.groups("shock")] == ["none", "both"]


def test_effects_and_contrasts_compare_within_a_condition(study: planted.Sweep) -> None:
    runs = view(study)
    for table in (effects.effects(runs, "levers", runs.groups(), [RISK]), effects.contrasts(runs, [RISK])):
        assert list(table["condition"]) == ["none", "both"]
        for row in table.to_dict("records"):
            assert (row["group"], row["against"]) == tuple(
                f"{row['condition']}: {one}" for one in ("early", "free")
            )
            change = risk(study, shock=row["condition"], talks="early") - risk(
                study, shock=row["condition"], talks="free"
            )
            assert row["effect"] == pytest.approx(change.mean())
        assert table["effect"].iloc[0] > 0 > table["effect"].iloc[1]


def test_what_a_condition_does_is_told_of_the_same_policy(study: planted.Sweep) -> None:
    runs = view(study)
    table = effects.effects(runs, "conditions", runs.groups("conditions"), [RISK])
    change = risk(study, shock="both", talks="free") - risk(study, shock="none", talks="free")
    assert table[["group", "against"]].to_numpy().tolist() == [["both", "none"]]
    assert table["effect"].tolist() == pytest.approx([change.mean()])


def test_the_finding_says_what_the_conditions_do_by_themselves(study: planted.Sweep) -> None:
    change = risk(study, shock="both", talks="free").mean() - risk(study, shock="none", talks="free").mean()
    *_, last = findings(view(study))
    assert last.startswith("Given free, the share of clashes or worse ")
    assert "“none”" in last
    assert "“both”" in last
    assert f"{points(change)} points" in last


def test_the_report_answers_under_the_condition_of_its_first_sentence(study: planted.Sweep) -> None:
    said = [part.words for part in answered(Digest(study)) if isinstance(part, Text)]
    given = said[0].removeprefix("Given ").split(",")[0]
    assert f"Given {given}, from one parameter set to the next" in said[1]
    others = {"none", "both"} - {given}
    assert not any(f"Given {one}, " in said[1] for one in others)


def test_groups_by_what_is_uncertain_say_which_choices_they_mix(study: planted.Sweep) -> None:
    runs = view(study)
    assert pooled(runs, "reading") == "Each group mixes every choice of talks."
    assert not pooled(runs, "talks")
    assert not pooled(runs, runs.usual)


def test_regret_is_over_levers_alone_given_each_condition(study: planted.Sweep) -> None:
    favourites = {}
    for shock in ("none", "both"):
        judged = sim.robustness(study, conditions={"shock": shock})
        assert judged.policies == ("free", "early")
        assert judged.conditions == {"shock": shock}
        payoff = np.array([risk(study, shock=shock, talks=one) for one in judged.policies])
        regret = (payoff - payoff.min(axis=0)).max(axis=1)
        assert judged.tables[0]["regret"].tolist() == pytest.approx(regret.tolist())
        favourites[shock] = judged.favourite
    assert favourites == {"none": "free", "both": "early"}
    assert sim.robustness(study).conditions == {"shock": "none"}
    with pytest.raises(ScenarioError, match="no alternative 'bot'; nearest: both"):
        sim.robustness(study, conditions={"shock": "bot"})


def test_nobody_says_what_is_better_but_the_file(study: planted.Sweep) -> None:
    silent = planted.Sweep({**planted.EXPERIMENT, "goals": []})
    with pytest.raises(ScenarioError, match="does not say what is better"):
        sim.robustness(silent)
    assert Digest(silent).policies is None
    turned = [{"maximise": "share(war, fighting, fight and talk, clashes)"}]
    assert sim.robustness(planted.Sweep({**planted.EXPERIMENT, "goals": turned})).favourite == "free"


def test_sensitivity_and_boxes_stand_under_one_condition(study: planted.Sweep) -> None:
    found = sim.sensitivity(study, method="pawn", resamples=5, conditions={"shock": "both"})
    assert dict(found.setting) == {"shock": "both", "talks": "free"}
    ready = cases.sample(study, RISK, ("both", "free"))
    assert np.nanmean(ready.values) == pytest.approx(risk(study, shock="both", talks="free").mean())
    for shock in ("none", "both"):
        asked = sim.discover(study, f"{RISK} > 0.3", conditions={"shock": shock})
        values = [risk(study, shock=shock, talks=one) for one in ("free", "early")]
        assert asked.overall.inside == sum(map(len, values))
        assert asked.overall.met == sum(int((one > 0.3).sum()) for one in values)
        assert all(limit.name != "shock" for box in asked.boxes for limit in box.limits)


def test_sources_are_cut_within_a_condition(study: planted.Sweep) -> None:
    table = effects.sources(view(study))
    assert list(dict.fromkeys(table["condition"])) == ["none", "both"]
    assert table.groupby("condition")["runs"].max().eq(len(study.outcomes) / 2).all()


def test_the_digest_says_everything_under_each_condition(study: planted.Sweep) -> None:
    each = Digest(study).given
    assert [one.condition for one in each] == ["none", "both"]
    assert [one.policies.favourite for one in each if one.policies] == ["free", "early"]
    assert all(one.runs is each[0].runs for one in each[1:])

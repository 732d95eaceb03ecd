"""Answers group by group, of a sweep and an ensemble, against plain sums, planted effects and the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.answers import effects as change
from sim.analysis.answers import over_time
from sim.analysis.answers import shares as ends
from sim.analysis.answers.null import null
from sim.analysis.groups import Group
from sim.analysis.runs import DEFAULTS, PLAUSIBLE, Runs, Stored, view
from sim.errors import ResultError
from sim.model.outcomes import PATHS
from sim.study import tables
from sim.study.questions import WORSE, Estimand
from sim.study.results.study import Study
from tests.views import planted


@pytest.fixture(scope="module")
def sweep(small_sweep: Path) -> Stored:
    return view(Study(small_sweep))


@pytest.fixture(scope="module")
def drawn() -> Stored:
    return planted.sweep().runs


def of(sweep: Runs, group: Group) -> pd.DataFrame:
    sound = sweep.source.outcomes[sweep.source.outcomes["failure"].isna()]
    return sound[group.cases[sound["case"].to_numpy()]]


@pytest.mark.parametrize("name", ["levers", "reading", "russian_guarantee"])
def test_shares_are_those_of_the_runs(sweep: Stored, name: str) -> None:
    groups = sweep.groups(name)
    table = ends.shares(sweep, groups)
    for one in groups:
        rows = table[table["group"] == one.name].set_index("path")
        mine = of(sweep, one)["path"].value_counts(normalize=True)
        assert rows.loc[list(PATHS), "share"].to_numpy() == pytest.approx(mine.reindex(PATHS).to_numpy())
        assert rows.loc["clashes or worse", "share"] == pytest.approx(mine[list(WORSE)].sum())
        assert ((rows["low"] <= rows["share"]) & (rows["share"] <= rows["high"])).all()
        assert rows["runs"].iloc[0] == len(of(sweep, one))


def test_readings_lie_between_the_means_of_each(sweep: Stored) -> None:
    (everything,) = [Group("all", np.ones(len(sweep.cases), bool))]
    row = ends.shares(sweep, [everything]).set_index("path").loc["clashes or worse"]
    each = ends.shares(sweep, sweep.groups("reading"))
    each = each[each["path"] == "clashes or worse"]["share"]
    assert row["reading_low"] == pytest.approx(each.min())
    assert row["reading_high"] == pytest.approx(each.max())
    assert ends.shares(sweep, sweep.groups("reading"))["reading_low"].isna().all()


def test_incidence_is_counted(sweep: Stored) -> None:
    table = over_time.incidence(sweep, sweep.groups("levers"), "first_escalation_3")
    for one in sweep.groups("levers"):
        rows = table[table["group"] == one.name].set_index("week")
        first = of(sweep, one)["first_escalation_3"]
        for week in (0, 7, 33, 60):
            assert rows.loc[week, "share"] == pytest.approx((first <= week).fillna(False).mean())
        assert rows.loc[60, "waiting"] == np.isinf(first.astype(float)).sum()
        assert (rows["low"] <= rows["share"]).all()
        assert (rows["share"] <= rows["high"]).all()


def test_ladders_are_those_that_the_changes_add_up_to(sweep: Stored) -> None:
    groups = sweep.groups("levers")
    table = over_time.ladders(sweep, groups)
    changes = sweep.source.changes.merge(sweep.source.outcomes[["case", "replicate"]].reset_index())
    rungs = tables.ladders(changes.assign(replicate=changes["index"]), len(sweep.rows), 60)
    for one in groups:
        mine = one.cases[sweep.rows["case"].to_numpy()]
        for which, ladder in enumerate(tables.LADDERS):
            rows = table[(table["group"] == one.name) & (table["ladder"] == ladder)]
            wanted = over_time.occupancy(rungs[mine][:, :, which])
            assert pytest.approx(wanted) == rows[[f"rung_{k}" for k in range(6)]].to_numpy().T


def test_changes_of_a_failed_run_are_lent_to_no_other(drawn: Stored) -> None:
    rows = drawn.source.outcomes.copy()
    late = rows["replicate"] > rows["replicate"].median()
    rows.loc[late, "failure"] = "week 3: rhetoric left its bounds"
    some = planted.Sweep(planted.EXPERIMENT, rows)
    found = over_time.ladders(view(some), view(some).groups("levers"))
    alone = some.changes.merge(rows.loc[~late, ["case", "replicate"]])
    assert len(alone) < len(some.changes)
    some.__dict__["changes"] = alone
    pd.testing.assert_frame_equal(found, over_time.ladders(view(some), view(some).groups("levers")))


def test_failed_runs_are_in_no_ladder(drawn: Stored) -> None:
    rows = drawn.source.outcomes.copy()
    rows.loc[::3, "failure"] = "week 3: rhetoric left its bounds"
    some = view(planted.Sweep(planted.EXPERIMENT, rows))
    table = over_time.ladders(some, some.groups("levers"))
    assert table.filter(like="rung").sum(axis=1).to_numpy() == pytest.approx(1)
    assert table.groupby("group")["runs"].first().sum() == rows["failure"].isna().sum()


def test_joint_tables_are_counted(sweep: Stored) -> None:
    table = ends.joint(sweep, sweep.groups("levers"))
    for one in sweep.groups("levers"):
        for when in ("peak", "final"):
            rows = table[(table["group"] == one.name) & (table["rungs"] == when)]
            mine = of(sweep, one)
            wanted = np.zeros((6, 6))
            np.add.at(wanted, (mine[f"{when}_escalation"], mine[f"{when}_rapprochement"]), 1 / len(mine))
            assert ends.grid(rows) == pytest.approx(wanted)


def test_another_order_moves_the_same_runs(sweep: Stored) -> None:
    table = ends.orders(sweep, sweep.groups("levers"))
    first = ends.shares(sweep, sweep.groups("levers"))
    rows = table[table["order"] == "worst first"]
    assert rows["share"].to_numpy() == pytest.approx(first["share"].to_numpy())
    assert rows["low"].to_numpy() == pytest.approx(first["low"].to_numpy())
    assert not np.allclose(table[table["order"] == "best first"]["share"], first["share"])


def test_bands_are_quantiles_of_the_medians_of_cases(drawn: Stored) -> None:
    table = over_time.bands(drawn, drawn.groups("levers"))
    kept = drawn.source.trajectories
    one = drawn.groups("levers")[1]
    mine = kept[(kept["variable"] == "tension") & (kept["week"] == 9) & one.cases[kept["case"].to_numpy()]]
    row = table[(table["group"] == one.name) & (table["variable"] == "tension") & (table["week"] == 9)].iloc[
        0
    ]
    assert row["q95"] == pytest.approx(mine["q50"].quantile(0.95))
    assert row["chance_high"] - row["q50"] == pytest.approx(0.08)
    assert row["cases"] == one.cases.sum()


def test_bands_say_what_an_experiment_lacks(sweep: Stored) -> None:
    with pytest.raises(ResultError, match="trajectories"):
        over_time.bands(sweep, sweep.groups("levers"))


def test_full_weekly_values_give_the_same_bands(tmp_path: Path) -> None:
    small = {
        "panj": 1,
        "title": "x",
        "weeks": 12,
        "citizens": 0,
        "replicates": 3,
        "seed": 1,
        "design": {"method": "lhs", "size": 6},
        "uncertainties": {"russian_guarantee": {"uniform": [0, 1]}},
    }
    found = []
    for keep in ("quantiles", "full"):
        kept = {"variables": ["tension"], "keep": keep}
        study = sim.sweep({**small, "trajectories": kept}, tmp_path / keep, threads=1)
        some = view(study)
        found.append(over_time.bands(some, some.groups("levers")).drop(columns="group"))
    pd.testing.assert_frame_equal(found[0], found[1], check_categorical=False, check_dtype=False)


# Pairs


def test_effects_are_mean_differences_of_pairs(sweep: Stored) -> None:
    groups = sweep.groups("levers")
    row = change.effects(sweep, "levers", groups, [Estimand("mean", ("approval",))]).iloc[0]
    first, second = (of(sweep, one)["approval"].to_numpy() for one in groups)
    assert row["effect"] == pytest.approx((second - first).mean())
    assert row["low"] < row["effect"] < row["high"]
    assert row["pairs"] == 360
    assert row["variance_ratio"] > 1
    (lever,) = sweep.levers
    same = change.contrasts(sweep, [Estimand("mean", ("approval",))]).iloc[0]
    assert same["lever"] == lever
    assert same["effect"] == pytest.approx(row["effect"])


def test_a_restricted_mean_is_the_area_above_the_curve(sweep: Stored) -> None:
    groups = sweep.groups("levers")
    asked = [Estimand("weeks", ("first_rapprochement_3",))]
    effect = change.effects(sweep, "levers", groups, asked)["effect"].iloc[0]
    table = over_time.incidence(sweep, groups, "first_rapprochement_3")
    area = {name: float((1 - rows["share"].iloc[:-1]).sum()) for name, rows in table.groupby("group")}
    assert effect == pytest.approx(area[groups[1].name] - area[groups[0].name])


def test_a_failed_run_costs_its_pair_and_no_other(sweep: Stored) -> None:
    groups, asked = sweep.groups("levers"), [Estimand("mean", ("approval",))]
    rows = sweep.source.outcomes.copy()
    rows.loc[rows.index[3], "failure"] = "week 3: rhetoric left its bounds"
    study = Study(sweep.source.folder)
    study.pieces = lambda *_: iter([rows])  # type: ignore[method-assign,assignment]
    some = view(study)
    before = change.effects(sweep, "levers", groups, asked).iloc[0]
    after = change.effects(some, "levers", groups, asked).iloc[0]
    assert after["pairs"] == before["pairs"] - 1
    assert after["effect"] == pytest.approx(before["effect"], abs=0.01)
    assert after["high"] - after["low"] == pytest.approx(before["high"] - before["low"], rel=0.1)


def test_ranges_make_no_pairs(sweep: Stored) -> None:
    assert change.effects(sweep, "russian_guarantee", sweep.groups("russian_guarantee")).empty
    assert change.flips(sweep, "russian_guarantee", sweep.groups("russian_guarantee")) == []


def test_flips_add_up_to_the_shares_of_both(sweep: Stored) -> None:
    groups = sweep.groups("levers")
    ((_, name, pairs),) = change.flips(sweep, "levers", groups)
    assert name == groups[1].name
    for axis, one in ((1, groups[0]), (0, groups[1])):
        wanted = of(sweep, one)["path"].value_counts().reindex(PATHS).to_numpy()
        assert pairs.sum(axis=axis).tolist() == wanted.tolist()


# What makes a run end otherwise


@pytest.mark.parametrize(
    ("draws", "design", "replicates"),
    [("independent", {"method": "lhs", "size": 2000}, 20), ("shared", {"method": "grid", "levels": 8}, 400)],
)
def test_sources_are_told_apart(draws: str, design: dict[str, object], replicates: int) -> None:
    experiment = {
        **planted.EXPERIMENT,
        "levers": {},
        "replicates": replicates,
        "draws": draws,
        "design": design,
        "trajectories": None,
    }
    study = planted.Sweep(experiment)
    level = 0.2 * np.sign(study.design["russian_guarantee"] - 0.5)
    level += 0.1 * np.where(study.design["reading"] == "sincere", 1, -1)
    rows = study.outcomes.copy()
    luck = planted.chance(3).random(int(rows["replicate"].max()) + 1)[rows["replicate"]]
    bad = luck < 0.5 + level.to_numpy()[rows["case"]]
    rows["path"] = tables.named(np.where(bad, PATHS.index("clashes"), PATHS.index("cold peace")), PATHS)
    found = change.sources(view(planted.Sweep(experiment, rows))).set_index("path")
    # The variance of one run is 1/4: of that 0.2^2 between cases, 0.1^2 between readings, the rest within.
    row = found.loc["clashes or worse"]
    assert row["parameters"] == pytest.approx(0.16, abs=0.02)
    assert row["readings"] == pytest.approx(0.04, abs=0.01)
    assert row["chance"] == pytest.approx(0.80, abs=0.02)
    assert row["levers"] == 0
    assert row[["chance", "parameters", "readings"]].sum() == pytest.approx(1)
    assert found.loc["war"].isna()["chance"]


def test_a_lever_that_is_a_reading_counts_as_one() -> None:
    readings = {"as read": {}, "sincere": {"reading": "sincere"}}
    study = view(
        planted.Sweep(
            {
                "panj": 1,
                "title": "x",
                "weeks": planted.WEEKS,
                "citizens": 0,
                "replicates": 2,
                "design": {"method": "lhs", "size": 8},
                "uncertainties": {"russian_guarantee": {"uniform": [0, 1]}},
                "levers": {"how": readings, "talks": planted.EXPERIMENT["levers"]["talks"]},
            }
        )
    )
    assert study.reads == (["how"], ["talks"])


# The null model


def test_the_null_model_of_an_ensemble_is_the_shipped_one() -> None:
    made = {}
    for name in ("baseline", "null_model"):
        spec = sim.load_scenario(name).replace(weeks=60, citizens=0)
        made[name] = sim.run(spec, runs=80, seed=3)
    table = null(view(made["baseline"]))
    rows = table[(table["group"] == "at the defaults") & table["path"].isin(PATHS)]
    for model, name in (("model", "baseline"), ("null model", "null_model")):
        wanted = made[name].part("defaults")["path"].value_counts(normalize=True)[list(PATHS)].to_numpy()
        assert rows.loc[rows["model"] == model, "share"].to_numpy() == pytest.approx(wanted)
    same = null(view(made["null_model"]))
    assert same["change"].to_numpy() == pytest.approx(0)
    assert set(same["group"]) == {DEFAULTS, PLAUSIBLE}


def test_the_null_model_of_a_sweep_stands_on_the_same_runs(sweep: Stored) -> None:
    table = null(sweep, sweep.groups("levers"))
    assert table["runs"].min() == 360
    model = table[table["model"] == "model"].set_index(["group", "path"])["share"]
    plain = ends.shares(sweep, sweep.groups("levers")).set_index(["group", "path"])["share"]
    assert model.to_numpy() == pytest.approx(plain[model.index].to_numpy())
    bare = table[(table["model"] == "null model") & table["path"].isin(PATHS)]
    assert bare.groupby("group")["share"].sum().to_numpy() == pytest.approx(1)
    moved = table[table["model"] == "model"].set_index(["group", "path"])["change"]
    other = table[table["model"] == "null model"].set_index(["group", "path"])["share"]
    assert (other - model).to_numpy() == pytest.approx(moved.to_numpy())


# An ensemble is a sweep of two groups


@pytest.fixture(scope="module")
def ensemble() -> sim.Result:
    return sim.run(sim.load_scenario("baseline").replace(weeks=60, citizens=0), runs=150, seed=4)


def test_an_ensemble_has_two_groups(ensemble: sim.Result) -> None:
    runs = view(ensemble)
    table = ends.shares(runs).set_index(["group", "path"])
    for name, part in ((DEFAULTS, "defaults"), (PLAUSIBLE, "plausible")):
        mine = ensemble.part(part)["path"].value_counts(normalize=True)[list(PATHS)]
        assert table.loc[name]["share"][list(PATHS)].to_numpy() == pytest.approx(mine.to_numpy())
    assert table.loc[DEFAULTS]["case_low"].isna().all()
    assert table.loc[PLAUSIBLE]["case_low"].notna().all()
    assert table.loc[DEFAULTS]["reading_low"].notna().all()


def test_what_varies_tells_the_plausible_cases_apart_and_leaves_the_defaults_out(
    ensemble: sim.Result,
) -> None:
    runs = view(ensemble)
    groups = runs.groups(str(ensemble.design.columns[1]))
    assert len(groups) == 4
    assert not any(one.cases[0] for one in groups)
    assert sum(one.cases.sum() for one in groups) == len(ensemble.design)


def test_ladders_of_an_ensemble_are_its_own(ensemble: sim.Result) -> None:
    runs = view(ensemble)
    table = over_time.ladders(runs, runs.groups())
    for name, part in ((DEFAULTS, "defaults"), (PLAUSIBLE, "plausible")):
        for which, ladder in enumerate(tables.LADDERS):
            rows = table[(table["group"] == name) & (table["ladder"] == ladder)]
            wanted = over_time.occupancy(ensemble.ladders[part][:, :, which])
            assert pytest.approx(wanted) == rows[[f"rung_{k}" for k in range(6)]].to_numpy().T


def test_no_run_at_the_defaults_is_a_pair_of_one_across_parameters(ensemble: sim.Result) -> None:
    runs = view(ensemble)
    assert change.effects(runs, "parts", runs.groups()).empty

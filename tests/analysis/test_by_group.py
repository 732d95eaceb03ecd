"""A sweep's answers group by group against plain sums, planted effects and the model itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.answers import by_group, distributions, null
from sim.analysis.answers import effects as group_effects
from sim.analysis.answers.digest import Digest
from sim.analysis.answers.questions import WORSE, Estimand
from sim.analysis.statistics import intervals
from sim.errors import ResultError
from sim.model.outcomes import PATHS
from sim.study import tables
from sim.study.results.study import Study
from tests.views import planted


@pytest.fixture(scope="module")
def digest(small_sweep: Path) -> Digest:
    return Digest(Study(small_sweep))


@pytest.fixture(scope="module")
def drawn() -> Digest:
    return planted.sweep()


def of(digest: Digest, group: by_group.Group) -> pd.DataFrame:
    return digest.sound[group.cases[digest.sound["case"].to_numpy()]]


@pytest.mark.parametrize("name", ["levers", "reading", "russian_guarantee"])
def test_shares_are_those_of_the_runs(digest: Digest, name: str) -> None:
    groups = digest.by(name)
    table = by_group.shares(digest, groups)
    for one in groups:
        rows = table[table["group"] == one.name].set_index("path")
        mine = of(digest, one)["path"].value_counts(normalize=True)
        assert rows.loc[list(PATHS), "share"].to_numpy() == pytest.approx(mine.reindex(PATHS).to_numpy())
        assert rows.loc["clashes or worse", "share"] == pytest.approx(mine[list(WORSE)].sum())
        assert ((rows["low"] <= rows["share"]) & (rows["share"] <= rows["high"])).all()
        assert rows["runs"].iloc[0] == len(of(digest, one))


def test_readings_lie_between_the_means_of_each(digest: Digest) -> None:
    (everything,) = [by_group.Group("all", np.ones(len(digest.inputs), bool))]
    row = by_group.shares(digest, [everything]).set_index("path").loc["clashes or worse"]
    each = by_group.shares(digest, digest.by("reading"))
    each = each[each["path"] == "clashes or worse"]["share"]
    assert row["reading_low"] == pytest.approx(each.min())
    assert row["reading_high"] == pytest.approx(each.max())
    assert by_group.shares(digest, digest.by("reading"))["reading_low"].isna().all()


def test_incidence_is_counted(digest: Digest) -> None:
    table = by_group.incidence(digest, digest.by("levers"), "first_escalation_3", 60)
    for one in digest.by("levers"):
        rows = table[table["setting"] == one.name].set_index("week")
        first = of(digest, one)["first_escalation_3"]
        for week in (0, 7, 33, 60):
            assert rows.loc[week, "share"] == pytest.approx((first <= week).fillna(False).mean())
        assert rows.loc[60, "waiting"] == first.isna().sum()
        assert (rows["low"] <= rows["share"]).all()
        assert (rows["share"] <= rows["high"]).all()


def test_ladders_are_those_that_the_changes_add_up_to(digest: Digest) -> None:
    groups = digest.by("levers")
    table = by_group.ladders(digest, groups, 60)
    changes = digest.study.changes.merge(digest.study.outcomes[["case", "replicate"]].reset_index())
    rungs = tables.ladders(changes.assign(replicate=changes["index"]), len(digest.runs), 60)
    for one in groups:
        mine = one.cases[digest.runs["case"].to_numpy()]
        for which, ladder in enumerate(tables.LADDERS):
            rows = table[(table["group"] == one.name) & (table["ladder"] == ladder)]
            wanted = distributions.occupancy(rungs[mine][:, :, which])
            assert pytest.approx(wanted) == rows[[f"rung_{k}" for k in range(6)]].to_numpy().T


def test_failed_runs_are_in_no_ladder(drawn: Digest) -> None:
    rows = drawn.study.outcomes.copy()
    rows.loc[::3, "failure"] = "week 3: rhetoric left its bounds"
    some = Digest(planted.Sweep(planted.EXPERIMENT, rows))
    table = by_group.ladders(some, some.by("levers"), planted.WEEKS)
    assert table.filter(like="rung").sum(axis=1).to_numpy() == pytest.approx(1)
    assert table.groupby("group")["runs"].first().sum() == rows["failure"].isna().sum()


def test_joint_tables_are_those_of_an_ensemble(digest: Digest) -> None:
    table = by_group.joint(digest, digest.by("levers"))
    for one in digest.by("levers"):
        for when in ("peak", "final"):
            rows = table[(table["group"] == one.name) & (table["rungs"] == when)]
            wanted = distributions.joint(of(digest, one), when)
            assert rows["share"].to_numpy().reshape(6, 6) == pytest.approx(wanted)


def test_another_order_moves_the_same_runs(digest: Digest) -> None:
    table = by_group.orders(digest, digest.by("levers"))
    for one in digest.by("levers"):
        wanted = distributions.orders(of(digest, one))
        rows = table[(table["group"] == one.name) & table["path"].isin(PATHS)]
        found = rows.pivot(index="path", columns="order", values="share").loc[list(PATHS), list(wanted)]
        assert found.to_numpy() == pytest.approx(wanted.to_numpy())


def test_bands_are_quantiles_of_the_medians_of_cases(drawn: Digest) -> None:
    table = by_group.bands(drawn, drawn.by("levers"))
    kept = drawn.study.trajectories
    one = drawn.by("levers")[1]
    mine = kept[(kept["variable"] == "tension") & (kept["week"] == 9) & one.cases[kept["case"].to_numpy()]]
    row = table[(table["group"] == one.name) & (table["variable"] == "tension") & (table["week"] == 9)].iloc[
        0
    ]
    assert row["q95"] == pytest.approx(mine["q50"].quantile(0.95))
    assert row["chance_high"] - row["q50"] == pytest.approx(0.08)
    assert row["cases"] == one.cases.sum()


def test_bands_say_what_an_experiment_lacks(digest: Digest) -> None:
    with pytest.raises(ResultError, match="trajectories"):
        by_group.bands(digest, digest.by("levers"))


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
        some = Digest(study)
        found.append(by_group.bands(some, some.by("levers")).drop(columns="group"))
    pd.testing.assert_frame_equal(found[0], found[1], check_categorical=False, check_dtype=False)


# Pairs


def test_effects_are_those_of_the_contrasts(digest: Digest) -> None:
    asked = [Estimand("share", ("blood",)), Estimand("mean", ("approval",))]
    table = group_effects.effects(digest, "levers", digest.by("levers"), asked)
    known = intervals.contrasts(digest.study, ["blood", "approval"])
    assert table["effect"].to_numpy() == pytest.approx(known["effect"].to_numpy())
    assert table["low"].to_numpy() == pytest.approx(known["low"].to_numpy(), abs=0.02)
    assert table["high"].to_numpy() == pytest.approx(known["high"].to_numpy(), abs=0.02)
    assert (table["pairs"] == 360).all()


def test_a_restricted_mean_is_the_area_above_the_curve(digest: Digest) -> None:
    groups = digest.by("levers")
    asked = [Estimand("weeks", ("first_rapprochement_3",))]
    effect = group_effects.effects(digest, "levers", groups, asked)["effect"].iloc[0]
    table = by_group.incidence(digest, groups, "first_rapprochement_3", 60)
    area = {name: float((1 - rows["share"].iloc[:-1]).sum()) for name, rows in table.groupby("setting")}
    assert effect == pytest.approx(area[groups[1].name] - area[groups[0].name])


def test_a_failed_run_costs_its_pair_and_no_other(digest: Digest) -> None:
    groups, asked = digest.by("levers"), [Estimand("mean", ("approval",))]
    rows = digest.study.outcomes.copy()
    rows.loc[rows.index[3], "failure"] = "week 3: rhetoric left its bounds"
    some = Digest(Study(digest.study.folder))
    some.__dict__["runs"] = rows
    before = group_effects.effects(digest, "levers", groups, asked).iloc[0]
    after = group_effects.effects(some, "levers", groups, asked).iloc[0]
    assert after["pairs"] == before["pairs"] - 1
    assert after["effect"] == pytest.approx(before["effect"], abs=0.01)
    assert after["high"] - after["low"] == pytest.approx(before["high"] - before["low"], rel=0.1)


def test_ranges_make_no_pairs(digest: Digest) -> None:
    assert group_effects.effects(digest, "russian_guarantee", digest.by("russian_guarantee")).empty
    assert group_effects.flips(digest, "russian_guarantee", digest.by("russian_guarantee")) == []


def test_flips_add_up_to_the_shares_of_both(digest: Digest) -> None:
    groups = digest.by("levers")
    ((name, pairs),) = group_effects.flips(digest, "levers", groups)
    assert name == groups[1].name
    for axis, one in ((1, groups[0]), (0, groups[1])):
        wanted = of(digest, one)["path"].value_counts().reindex(PATHS).to_numpy()
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
    found = group_effects.sources(Digest(planted.Sweep(experiment, rows))).set_index("path")
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
    study = Digest(
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
    assert group_effects.told_apart(study) == (["how"], ["talks"])


# The null model


def test_the_null_model_of_an_ensemble_is_the_shipped_one() -> None:
    made = {}
    for name in ("baseline", "null_model"):
        spec = sim.load_scenario(name).replace(weeks=60, citizens=0)
        made[name] = sim.run(spec, runs=80, seed=3)
    table = null.of_result(made["baseline"])
    rows = table[(table["group"] == "at the defaults") & table["path"].isin(PATHS)]
    for model, name in (("model", "baseline"), ("null model", "null_model")):
        wanted = distributions.shares(made[name].part("defaults"))["share"].to_numpy()
        assert rows.loc[rows["model"] == model, "share"].to_numpy() == pytest.approx(wanted)
    same = null.of_result(made["null_model"])
    assert same["change"].to_numpy() == pytest.approx(0)
    assert set(same["group"]) == {"at the defaults", "across plausible parameters"}


def test_the_null_model_of_a_sweep_stands_on_the_same_runs(digest: Digest) -> None:
    table = null.of_study(digest, digest.by("levers"))
    assert table["runs"].min() == 360
    model = table[table["model"] == "model"].set_index(["group", "path"])["share"]
    plain = by_group.shares(digest, digest.by("levers")).set_index(["group", "path"])["share"]
    assert model.to_numpy() == pytest.approx(plain[model.index].to_numpy())
    bare = table[(table["model"] == "null model") & table["path"].isin(PATHS)]
    assert bare.groupby("group")["share"].sum().to_numpy() == pytest.approx(1)
    moved = table[table["model"] == "model"].set_index(["group", "path"])["change"]
    other = table[table["model"] == "null model"].set_index(["group", "path"])["share"]
    assert (other - model).to_numpy() == pytest.approx(moved.to_numpy())

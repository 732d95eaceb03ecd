"""Boxes and trees find what was planted, and say nothing where nothing was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.analysis.deciding.boxes import Box, boxes
from sim.analysis.deciding.trees import tree
from sim.errors import ResultError


def cases(n: int = 1500, seed: int = 0) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "guarantee": chance.random(n),
            "anger": chance.uniform(-3, 3, n),
            "idle": chance.random(n),
            "idle too": chance.normal(0, 1, n),
            "reading": pd.Categorical(chance.choice(["as_read", "sincere", "weary"], n)),
            "same": 1.0,
        }
    )


def planted(table: pd.DataFrame, noise: float = 0.0, seed: int = 1) -> np.ndarray:
    inside = (table["guarantee"] < 0.4) & (table["anger"] > 0.0) & (table["reading"] != "weary")
    flip = np.random.default_rng(seed).random(len(table)) < noise
    return (inside.to_numpy() ^ flip).astype(bool)


def limits(box: Box) -> dict[str, object]:
    return {one.name: one for one in box.limits}


def test_prim_finds_a_planted_box() -> None:
    table = cases()
    (box, *_) = boxes(table, planted(table))
    found = limits(box)
    assert set(found) == {"guarantee", "anger", "reading"}
    assert box.limits[0].chance < 1e-6
    assert found["guarantee"].low is None
    assert found["guarantee"].high == pytest.approx(0.4, abs=0.03)
    assert found["anger"].high is None
    assert found["anger"].low == pytest.approx(0.0, abs=0.2)
    assert found["reading"].names == ("as_read", "sincere")
    assert box.fit.density > 0.95
    assert box.fit.coverage > 0.9
    assert box.fresh is not None
    assert box.fresh.density > 0.9


def test_it_is_found_through_noise_and_its_density_holds_on_fresh_points() -> None:
    table = cases()
    (box, *_) = boxes(table, planted(table, 0.1))
    assert {"guarantee", "anger"} <= set(limits(box))
    assert not {"idle", "same"} & set(limits(box))
    fresh = cases(4000, 77)
    met = planted(fresh, 0.1, 78)
    inside = box.holds(fresh)
    low, high = box.fresh.interval if box.fresh else (0, 1)
    assert low - 0.05 <= met[inside].mean() <= high + 0.05
    assert met[inside].mean() > 2 * met.mean()


def test_a_trajectory_leads_from_all_cases_to_fewer_and_denser() -> None:
    table = cases(600)
    steps = boxes(table, planted(table))[0].trajectory
    assert steps.loc[0, "coverage"] == 1
    assert steps.loc[0, "mass"] == 1
    assert steps["chosen"].sum() == 1
    chosen = steps[steps["chosen"]].iloc[0]
    assert chosen["density"] > steps.loc[0, "density"]


def test_two_boxes_are_found_one_after_the_other() -> None:
    table = cases(2000)
    met = ((table["guarantee"] < 0.25) | (table["idle"] > 0.8)).to_numpy()
    first, second, *_ = boxes(table, met)
    assert {*limits(first), *limits(second)} == {"guarantee", "idle"}


def test_a_tree_finds_it_too() -> None:
    table = cases()
    leaves = tree(table, planted(table))
    best = leaves[0]
    assert {one.name for one in best.limits} == {"guarantee", "anger", "reading"}
    assert best.fit.density > 0.95
    # It is counted on the third of the cases that it was not grown on.
    assert all(leaf.fresh for leaf in leaves)
    assert sum(leaf.fit.inside for leaf in leaves) == len(table) // 3
    assert {leaf.fit.all_met for leaf in leaves} == {sum(leaf.fit.met for leaf in leaves)}
    assert "reading is" in str(best)


@pytest.mark.parametrize("met", [np.zeros(100, bool), np.ones(100, bool)])
def test_nothing_or_everything_is_no_box(met: np.ndarray) -> None:
    table = cases(100)
    for find in (boxes, tree):
        with pytest.raises(ResultError, match="of 100 cases"):
            find(table, met)


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(ResultError, match="of 10 cases"):
        boxes(cases(10), np.arange(10) < 5)


def test_a_record_is_plain() -> None:
    import json

    table = cases(300)
    told = boxes(table, planted(table))[0].record()
    assert json.loads(json.dumps(told, allow_nan=False))["fit"]["cases"] > 0


def test_a_box_is_found_among_hundreds_of_idle_columns() -> None:
    table = cases(1000)
    idle = pd.DataFrame(np.random.default_rng(9).random((1000, 300)), columns=[f"n{k}" for k in range(300)])
    (box, *_) = boxes(pd.concat([idle, table], axis=1), planted(table))
    assert {"guarantee", "anger"} <= set(limits(box))
    assert not any(name.startswith("n") for name in limits(box))


def test_noise_is_no_box_however_many_columns_there_are() -> None:
    chance = np.random.default_rng(4)
    for columns in (5, 300):
        table = pd.DataFrame(chance.random((600, columns)), columns=[f"n{k}" for k in range(columns)])
        met = chance.random(600) < 0.3
        found = boxes(table, met)
        assert all(box.fresh is not None and box.fresh.interval[1] > 0.3 for box in found)
        assert len(found) <= (1 if columns == 5 else 0)


def test_many_settings_of_few_worlds_are_not_many_worlds() -> None:
    # A hundred worlds, each seen under thirty settings: the luck of a world is not a box.
    chance = np.random.default_rng(5)
    points = np.repeat(chance.random((100, 60)), 30, axis=0)
    table = pd.DataFrame(points, columns=[f"n{k}" for k in range(60)])
    group = np.repeat(np.arange(100), 30)
    met = (chance.random(100) < 0.3)[group]
    assert boxes(table, met, group=group) == []
    assert tree(table, met, group=group) == []


def test_a_planted_box_is_found_across_levers_that_share_worlds() -> None:
    worlds = cases(500)
    table = pd.concat([worlds.assign(line=one) for one in ("hard", "soft", "free")], ignore_index=True)
    table["line"] = table["line"].astype("category")
    met = ((table["line"] == "hard") & (table["guarantee"] < 0.5)).to_numpy()
    (box, *_) = boxes(table, met, group=np.tile(np.arange(500), 3))
    assert set(limits(box)) == {"line", "guarantee"}
    assert box.fresh is not None
    assert box.fresh.density > 0.9

"""The smallest change that tips a scenario tips it, and nothing much smaller does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.choosing.tip import _Search, tip
from sim.analysis.choosing.tip_records import Tip, Tipping
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.views.pages.tip import scenario_of

VALUES = ["clash_base", "russian_guarantee", "infiltration_base", "approval"]


def small(**changes: Any) -> sim.Scenario:
    return sim.load_scenario("baseline").replace(**{"weeks": 40, "citizens": 0, **changes})


def share(spec: sim.Scenario, ends: tuple[str, ...], seed: int, runs: int) -> float:
    found = sim.run(spec, runs=runs, seed=seed, plausible=False).outcomes["path"]
    return float(found.isin(ends).mean())


WORSE = ("war", "fighting", "fight and talk", "clashes")


@pytest.fixture(scope="module")
def goal() -> float:
    """A share a little above that of the scenario, which one value alone can reach."""
    return share(small(), WORSE, 4, 100) + 0.08


@pytest.fixture(scope="module")
def found(goal: float) -> Tipping:
    return tip(small(), "clashes", above=goal, runs=100, seed=4, only=VALUES)


def test_a_change_tips_and_half_of_it_does_not(found: Tipping, goal: float) -> None:
    assert found.singles
    for one in found.singles:
        (change,) = one.changes
        assert share(one.applied(small()), WORSE, 4, 100) > goal
        model = load()
        kind = "parameters" if change.name in model.parameters else "world"
        half = small(**{kind: {change.name: (change.old + change.new) / 2}})
        assert share(half, WORSE, 4, 100) <= goal or abs(change.size) < 0.03


def test_sizes_are_in_ranges_and_the_smallest_come_first(found: Tipping) -> None:
    model = load()
    sizes = [one.size for one in found.singles]
    assert sizes == sorted(sizes)
    for one in (*found.singles, *found.pairs):
        for change in one.changes:
            known = {**model.parameters, **model.world}[change.name]
            low, high = known.plausible
            assert low <= change.new <= high
            assert change.size == pytest.approx((change.new - change.old) / (high - low))
            assert change.unit == known.unit
        assert one.size == pytest.approx(np.sqrt(sum(c.size**2 for c in one.changes)))


def test_a_pair_is_shorter_than_either_alone(found: Tipping) -> None:
    alone = {one.changes[0].name: one.size for one in found.singles}
    for one in found.pairs:
        assert len(one.changes) == 2
        assert all(one.size < alone.get(change.name, np.inf) for change in one.changes)


def test_what_is_said_of_the_change_comes_from_fresh_chance(found: Tipping) -> None:
    one = found.singles[0]
    fresh = sim.run(one.applied(small()), runs=200, seed=4, plausible=False).outcomes["path"][100:]
    assert one.after == pytest.approx(float(fresh.isin(WORSE).mean()))
    assert one.low <= one.after <= one.high
    assert one.before == found.before == pytest.approx(share(small(), WORSE, 4, 100))


def test_paragraphs_are_those_of_the_rules_behind(found: Tipping) -> None:
    named = {one.changes[0].name: one for one in found.singles}
    if "russian_guarantee" in named:
        assert 18 in named["russian_guarantee"].paragraphs
    assert all(1 <= n <= 19 for one in found.singles for n in one.paragraphs)


def test_a_commitment_is_a_change_too() -> None:
    found = tip(small(weeks=110), "quiet accommodation", above=0.3, runs=40, only=["approval"])
    best = found.commitments[0]
    assert best.commitment is not None
    assert best.applied(small()).commitments
    assert best.after > found.before
    assert best.paragraphs == () or min(best.paragraphs) >= 1
    assert "insists on" in best.words or "avoids" in best.words


def test_the_likeliest_end_is_the_goal_where_no_share_is_named() -> None:
    search = _Search(small(), ("armed standoff",), None, 40, 0, None, None)
    shares = np.array([[0, 0, 0, 0, 0, 0.3, 0.5, 0.2], [0, 0, 0, 0, 0, 0.6, 0.3, 0.1]])
    assert search.lead(shares).tolist() == pytest.approx([0.2, -0.3])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"toward": "clashs"}, "nearest: clashes"),
        ({"above": 1.5}, "between 0 and 1"),
        ({"runs": 3}, "runs: expected a whole number from 10"),
        ({"only": ["approvall"]}, "nearest: approval"),
        ({"above": 0.0001, "toward": "armed standoff"}, "already"),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"toward": "clashes", "runs": 10, "only": ["approval"], **wrong}
    with pytest.raises(ScenarioError, match=said):
        tip(small(), given.pop("toward"), **given)


def test_the_command_writes_storylines_that_run(panj: Callable[..., Any], goal: float) -> None:
    Path("mine.yaml").write_text("panj: 1\ntitle: Mine\nextends: baseline\nweeks: 40\ncitizens: 0\n")
    arguments = ["tip", "mine.yaml", "--toward", "clashes", "--above", f"{100 * goal:.1f}%", "--seed", 4]
    arguments += ["--runs", 100, "--only", "clash_base", "--out", "tips"]
    told = panj(*arguments)
    assert told.code == 0, told.err
    assert told.out.index("One commitment") < told.out.index("One value alone")
    assert all(word in told.out for word in load().parameters["clash_base"].meaning.split())
    written = sorted(Path("tips").glob("*.yaml"))
    assert written
    spec = sim.load_scenario(written[0])
    assert spec.title.startswith("Tipped")
    again = panj(*arguments)
    assert again.code == 2
    assert "--force" in again.err
    record = json.loads(panj(*arguments, "--force", "--json").out)
    assert record["singles"][0]["paragraphs"] is not None
    assert panj("tip", "mine.yaml", "--toward", "clashes", "--above", "lots").code == 2
    levers = panj(*arguments[:-4], "--levers-only")
    assert levers.code == 0, levers.err
    assert "One commitment" in levers.out
    assert "One value" not in levers.out
    assert "nothing for 'only'" in panj(*arguments, "--levers-only").err


def test_an_experiment_is_tipped_under_a_condition(panj: Callable[..., Any]) -> None:
    Path("two.yaml").write_text(
        "panj: 1\ntitle: Two\nweeks: 20\ncitizens: 0\nscenario: baseline\nreplicates: 2\n"
        "design: {method: grid}\n"
        "conditions:\n  shock:\n    none: {}\n    clash rate up: {parameters: {clash_base: -3}}\n"
        "levers:\n  words:\n    hard: {parameters: {audience_cost: 2}}\n    as they are: {}\n"
    )
    given = scenario_of("two.yaml", ["shock=clash rate up"])
    assert given.title == "Baseline given clash rate up"
    assert given.parameters["clash_base"] == -3
    assert "audience_cost" not in given.parameters
    assert "clash_base" not in scenario_of("two.yaml", []).parameters
    wrong = panj("tip", "two.yaml", "--toward", "clashes", "--condition", "shock=calm")
    assert wrong.code == 2
    assert "one of: clash rate up, none" in wrong.err
    wrong = panj("tip", "baseline", "--toward", "clashes", "--condition", "shock=calm")
    assert "expected an experiment, found the storyline baseline" in wrong.err


def test_a_title_with_arrows_and_signs_is_still_a_title(found: Tipping) -> None:
    from sim.views.pages.tip import files

    odd = Tip((), ("dushanbe", "words", "insist", "soften"), 1.0, 0.1, 0.2, 0.1, 0.3)
    made = files(found, "baseline", Path("x"))
    assert made
    assert "soften" in odd.words
    for text in made.values():
        assert text.startswith("# ")


def test_what_comes_closest_is_told_and_written_where_nothing_tips(panj: Callable[..., Any]) -> None:
    Path("mine.yaml").write_text("panj: 1\ntitle: Mine\nextends: baseline\nweeks: 40\ncitizens: 0\n")
    arguments = ["tip", "mine.yaml", "--toward", "clashes", "--above", "99%", "--runs", 40, "--out", "tips"]
    arguments += [part for name in VALUES for part in ("--only", name)]
    told = panj(*arguments)
    assert told.code == 0, told.err
    assert "No value alone does it" in told.out
    assert "What comes closest" in told.out
    assert "¶" in told.out
    record = json.loads(panj(*arguments, "--force", "--json").out)
    near = record["nearest"]
    assert [one["after"] for one in near] == sorted((one["after"] for one in near), reverse=True)
    model = load()
    for change in near[0]["changes"]:
        known = {**model.parameters, **model.world}[change["name"]]
        assert change["new"] in known.plausible
    written = sorted(Path("tips").glob("tip-near-*.yaml"))
    assert written
    spec = sim.load_scenario(written[0])
    changed = {one["name"]: one["new"] for one in near[0]["changes"]}
    assert changed.items() <= {**spec.parameters, **spec.world}.items()

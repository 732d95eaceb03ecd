"""Known answers: one file a rule, each clause worked out by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.model.registry import load

FOLDER = Path(__file__).parent.parent / "cases"
TOLERANCE = 1e-9

FILES = {path.stem: YAML(typ="safe").load(path) for path in sorted(FOLDER.glob("*.yaml"))}
CASES = [
    (rule_id, name, case)
    for rule_id, content in FILES.items()
    for name, clause in content["clauses"].items()
    for case in clause["cases"]
]


class Given:
    """Values of a case; remembers which were asked for and refuses the rest."""

    def __init__(self, what: str, values: dict[str, float]) -> None:
        self.what, self.values, self.asked = what, values, set[str]()

    def __getattr__(self, name: str) -> float:
        if name not in self.values:
            pytest.fail(f"the case gives no {self.what} {name!r}, which the clause reads")
        self.asked.add(name)
        return float(self.values[name])


def function_of(rule_id: str, name: str) -> Any:
    return next(part.function for part in load().rules[rule_id].clauses if part.function.__name__ == name)


def test_every_rule_has_a_file_and_every_clause_a_case() -> None:
    clauses = {rule.id: {part.function.__name__ for part in rule.clauses} for rule in load().rules.values()}
    assert len(clauses) >= 37
    assert set(FILES) == set(clauses), "one file a rule, named by its id"
    for rule_id, names in clauses.items():
        assert FILES[rule_id]["rule"] == rule_id
        assert set(FILES[rule_id]["clauses"]) == names, f"{rule_id}: each clause by its function's name"
        for name, clause in FILES[rule_id]["clauses"].items():
            assert clause["because"].strip(), f"{rule_id} {name}: say where the expectation comes from"
            assert clause["cases"], f"{rule_id} {name}: needs a case"


def test_a_clause_that_is_no_constant_is_met_at_two_values() -> None:
    for rule in load().rules.values():
        for part in rule.clauses:
            cases = FILES[rule.id]["clauses"][part.function.__name__]["cases"]
            if part.reads:
                assert len({case["expect"] for case in cases}) > 1, (rule.id, part.function.__name__)


@pytest.mark.parametrize(
    ("rule_id", "name", "case"),
    CASES,
    ids=[f"{rule_id}-{name}-{case['shows']}" for rule_id, name, case in CASES],
)
def test_the_answer_is_the_known_one(rule_id: str, name: str, case: dict[str, Any]) -> None:
    world = Given("value of the world", case.get("world", {}))
    p = Given("parameter", case.get("parameters", {}))
    assert function_of(rule_id, name)(world, p) == pytest.approx(case["expect"], rel=0, abs=TOLERANCE)
    assert world.asked == set(world.values), "the case gives more of the world than the clause reads"
    assert p.asked == set(p.values), "the case gives parameters that the clause does not read"


def test_a_wrong_answer_and_a_missing_value_would_be_seen() -> None:
    case = {"shows": "", "world": {"rhetoric": 0.5}, "expect": 0.5 + 2 * TOLERANCE}
    with pytest.raises(AssertionError):
        test_the_answer_is_the_known_one("O4", "encouraged_nationalism", case)
    with pytest.raises(pytest.fail.Exception, match="rhetoric"):
        test_the_answer_is_the_known_one("O4", "encouraged_nationalism", {"expect": 0.5})
    with pytest.raises(AssertionError, match="more of the world"):
        test_the_answer_is_the_known_one(
            "O4", "encouraged_nationalism", {"world": {"rhetoric": 0.5, "fear": 1}, "expect": 0.5}
        )
    assert function_of("O4", "encouraged_nationalism")(SimpleNamespace(rhetoric=0.5), None) == 0.5

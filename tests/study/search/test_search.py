"""A planted front and the best trigger of a small world are found; what is stored is what was judged."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import sim
from sim.errors import ResultError, ScenarioError
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.loading import load_experiment
from sim.study.search import generator
from sim.study.search import search as module
from sim.study.search.front import hypervolume
from sim.study.search.record import Evaluation, Record, key, of_study, opened
from sim.study.search.search import Judge, front, searched
from sim.study.search.spaces import LEVER, Candidate, Plans, at_once, simpler, space
from sim.study.sweep.execute import Interrupted, Silent, Stop
from tests.faults.studies import Quick

Floats = NDArray[np.float64]

#: One variable to react to and one option: few enough plans to try them all.
SMALL: dict[str, Any] = {
    "panj": 1,
    "title": "When to denounce",
    "weeks": 60,
    "citizens": 0,
    "design": {"method": "search", "evaluations": 60, "population": 20, "seeds": 2},
    "replicates": 2,
    "uncertainties": {"russian_guarantee": {"uniform": [0.2, 0.9]}},
    "plan": {"actor": "dushanbe", "may": ["words.denounce"], "when": {"tension": [0.1, 0.9]}},
    "goals": [
        {"maximise": "mean(approval)", "least": 0.001},
        {"minimise": "mean(peak_escalation)", "least": 0.05},
    ],
    "across": {"cases": 6, "confirm": 8},
}


def with_design(**changes: Any) -> dict[str, Any]:
    return {**SMALL, "design": {**SMALL["design"], **changes}}


class Planted(Judge):
    """Judges points of DTLZ2 in the place of plans: a front that is known."""

    class Cube:
        genes = 7

        def plain(self) -> list[Floats]:
            return [np.full(7, 0.1)]

        def candidate(self, genes: Floats) -> Candidate:
            return {"x": genes.tolist()}

    def __init__(self, experiment: Experiment, threads: int | None) -> None:
        super().__init__(experiment, threads)
        self.space = self.Cube()  # type: ignore[assignment]

    def evaluation(self, seed: int, number: int, candidate: Candidate) -> Evaluation:
        from pymoo.problems import get_problem

        x = np.array([candidate["x"]])
        found = get_problem("dtlz2", n_var=7, n_obj=2).evaluate(x)[0]
        return Evaluation(seed, number, candidate, tuple(found.tolist()), ())


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """A search whose every evaluation is a point of DTLZ2, two goals of which less is wanted."""
    goals = [{"minimise": name, "least": 0.01} for name in ("mean(deaths)", "mean(refugees_hosted)")]
    made = load_experiment({**with_design(evaluations=1600, population=40, seeds=3), "goals": goals})
    monkeypatch.setattr(module, "Judge", Planted)
    monkeypatch.setattr(module, "space", lambda experiment: _Nothing())
    monkeypatch.setattr(module, "_storylines", lambda *arguments: {})
    searched(made, tmp_path / "search", watch=Silent(), stop=Stop(), disk=Quick())
    return Record(tmp_path / "search")


class _Nothing:
    def confirmation(self, names: Mapping[str, Candidate]) -> None:
        assert 4 <= len(names) <= module.MOST


def test_a_planted_front_is_found_and_three_seeds_agree(planted: Record) -> None:
    # DTLZ2 with two goals: the quarter of a circle. Of the square up to 1 it leaves pi / 4 unbeaten.
    least = np.full(2, 0.01)
    corners = -np.ones(2), np.zeros(2)
    each = []
    for seed in range(3):
        found = np.array([one.judged for one in planted.rows.values() if one.seed == seed])
        each.append(hypervolume(-found, *corners))
    assert min(each) > 0.94 * (1 - np.pi / 4)
    assert max(each) - min(each) < 0.01
    rows, gain, _ = planted.gain()
    best = gain[module.thinned(gain, least, np.zeros(len(rows), np.int64), 200)]
    assert np.abs(np.hypot(*best.T) - 1).max() < 0.02
    course = planted.course()
    assert (course.groupby("seed")["hypervolume"].diff().dropna() > -0.02).all()


def test_the_best_trigger_of_a_small_world_is_found(tmp_path: Path) -> None:
    goals = [{"maximise": "mean(approval)", "least": 0.001}]
    experiment = load_experiment({**with_design(evaluations=160), "goals": goals})
    judge, plans = Judge(experiment, None), space(experiment)
    middles = {n: [(k + 0.5) / n for k in range(n)] for n in (3, 19)}
    every = [plans.candidate(np.array(one)) for one in product([0.9], middles[3], middles[19], middles[3])]
    known = {key(one): judge.evaluation(0, 0, one).judged[0] for one in [{}, *every]}
    assert len(known) > 60
    assert sum(one >= max(known.values()) - 0.001 for one in known.values()) < len(known) / 4
    searched(experiment, tmp_path, watch=Silent(), stop=Stop())
    record = Record(tmp_path)
    for seed in range(2):
        reached = [one.judged[0] for one in record.rows.values() if one.seed == seed]
        assert max(reached) >= max(known.values()) - 0.001
    assert known[key(front(record)["plan A"])] >= max(known.values()) - 0.001


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> sim.Study:
    return sim.sweep(SMALL, tmp_path_factory.mktemp("search") / "study")


def test_equal_plans_are_judged_alike_and_no_plan_is_beside_them(study: sim.Study) -> None:
    record = of_study(study.folder)
    assert record is not None
    assert record.complete
    table = record.table
    assert (table["seed"] < 2).sum() == 120
    assert (table.groupby("candidate")["mean(approval)"].nunique() == 1).all()
    names = list(study.experiment.levers["plan"])
    assert names[0] == "no plan"
    assert set(front(record)) < set(names)
    assert study.experiment.seed == 1


def test_the_front_is_confirmed_on_fresh_cases(study: sim.Study) -> None:
    fresh = study.design["russian_guarantee"].unique()
    old = space(load_experiment(SMALL)).cases({}).design()["russian_guarantee"].unique()
    assert len(fresh) == 8
    assert not set(fresh) & set(old)


def test_every_plan_of_the_front_is_a_storyline(study: sim.Study) -> None:
    record = of_study(study.folder)
    assert record is not None
    for name, plan in front(record).items():
        spec = sim.load_scenario(study.folder / "search" / "storylines" / f"{name.replace(' ', '-')}.yaml")
        bound = [
            one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in spec.commitments
        ]
        assert bound == plan["commitments"]
        assert spec.weeks == 60


def test_a_search_that_is_stopped_goes_on_to_the_same_rows(study: sim.Study, tmp_path: Path) -> None:
    class Impatient(Silent):
        def evaluations(self, done: int, wanted: int) -> None:
            if done % 50 == 0:
                stop.ask(2)

    experiment = load_experiment(SMALL)
    for _ in range(2):
        stop = Stop()
        with pytest.raises(Interrupted, match="of 120 candidates are done"):
            searched(experiment, tmp_path / "search", watch=Impatient(), stop=stop)
    searched(experiment, tmp_path / "search", watch=Silent(), stop=Stop())
    rows = (tmp_path / "search" / "evaluations.jsonl").read_bytes()
    assert rows == (study.folder / "search" / "evaluations.jsonl").read_bytes()


def test_a_torn_line_is_judged_again(study: sim.Study, tmp_path: Path) -> None:
    experiment = load_experiment(SMALL)
    opened(tmp_path, experiment)
    whole = (study.folder / "search" / "evaluations.jsonl").read_bytes()
    (tmp_path / "evaluations.jsonl").write_bytes(whole[: len(whole) // 2])
    searched(experiment, tmp_path, watch=Silent(), stop=Stop())
    record = of_study(study.folder)
    assert record is not None
    assert Record(tmp_path).table.equals(record.table)


def test_a_record_of_another_search_is_refused(study: sim.Study) -> None:
    other = load_experiment(with_design(evaluations=61))
    with pytest.raises(ResultError, match=r"experiment\.search\.evaluations: 60 there, 61 here"):
        opened(study.folder / "search", other)


def test_a_failed_evaluation_is_a_row_and_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Plans.cases

    def broken(self: Plans, candidate: Candidate) -> Any:
        if any("when" in one for one in candidate.get("commitments", ())):
            raise ScenarioError("planted")
        return real(self, candidate)

    monkeypatch.setattr(Plans, "cases", broken)
    experiment = load_experiment(with_design(evaluations=40))
    searched(experiment, tmp_path, watch=Silent(), stop=Stop())
    table = Record(tmp_path).table
    assert len(table) == 80
    assert (table["failure"] == "planted").any()
    assert table.loc[table["failure"] == "planted", "mean(approval)"].isna().all()
    assert not any("when" in str(one) for one in front(Record(tmp_path)).values())


def test_bounds_on_answers_are_kept(study: sim.Study, tmp_path: Path) -> None:
    free = of_study(study.folder)
    assert free is not None
    approval = free.table["mean(approval)"]
    most = float((approval.min() + approval.max()) / 2)
    bound = {**SMALL, "constraints": [{"answer": "mean(approval)", "at_most": most}]}
    searched(load_experiment(bound), tmp_path, watch=Silent(), stop=Stop())
    record = Record(tmp_path)
    assert (record.table["bound: mean(approval)"] > most).any()
    values = dict(record.table[["candidate", "mean(approval)"]].to_numpy())
    found = front(record).values()
    assert found
    assert all(values[key(one)] <= most for one in found)


def test_a_bound_that_nothing_meets_is_told(tmp_path: Path) -> None:
    bound = {
        **with_design(evaluations=20, seeds=1),
        "constraints": [{"answer": "mean(approval)", "at_least": 2}],
    }
    with pytest.raises(ScenarioError, match="none of 20 candidates meets the constraints; loosen them"):
        searched(load_experiment(bound), tmp_path, watch=Silent(), stop=Stop())


def test_the_worst_world_of_a_plan_lies_at_the_bad_end(tmp_path: Path) -> None:
    worlds: dict[str, Any] = {key: one for key, one in SMALL.items() if key not in ("plan", "across")}
    worlds["goals"] = [{"minimise": "mean(peak_escalation)", "least": 0.05}]
    worlds["replicates"] = 12
    study = sim.sweep(worlds, tmp_path / "study")
    record = of_study(study.folder)
    assert record is not None
    values = {one.key: one.judged[0] for one in record.rows.values()}
    worst = front(record)["world A"]
    assert values[key(worst)] >= max(values.values()) - 0.05
    assert study.experiment.table is not None
    spec = sim.load_scenario(study.folder / "search" / "storylines" / "world-A.yaml")
    assert spec.world["russian_guarantee"] == worst["russian_guarantee"]


def test_shares_have_no_meaning_in_a_search(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="it has no shares"):
        sim.sweep(SMALL, tmp_path, share="1/2")


def test_without_its_library_a_search_says_what_to_install_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(generator, "version", missing)
    with pytest.raises(ScenarioError, match=r"pip install 'panj\[search\]'"):
        sim.sweep(SMALL, tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_a_plan_stands_as_simple_as_it_can_without_losing_what_counts(study: sim.Study) -> None:
    record = of_study(study.folder)
    assert record is not None
    known = {one.key: one for one in record.rows.values()}
    _, gain, least = record.gain()
    for plan in front(record).values():
        mine = record.gains(known[key(plan)])
        simple = [record.gains(known[key(one)]) for one in simpler(plan)]
        assert simple
        # What is simpler was tried, and is worse than some point of the search by more than counts.
        assert all((one <= mine + least).any() for one in simple)
        assert not any((one > mine).all() for one in simple)
    assert np.isfinite(gain).all(axis=1).sum() == 120


def test_options_of_one_name_stand_apart_beside_the_plans_that_wait_for_them() -> None:
    plans = space(load_experiment(SMALL))
    rising = {"variable": "tension", "above": 0.4}
    waiting = {
        f"plan {actor}": {
            "commitments": [
                {"name": actor, "actor": actor, "instrument": "kabul", "insist": "engage", "when": rising}
            ]
        }
        for actor in ("uzbekistan", "china")
    }
    alternatives = list(plans.confirmation(waiting).levers[LEVER].values())
    assert all(at_once(one) in alternatives for one in waiting.values())


def test_simpler_plans_lack_a_commitment_a_beginning_or_an_end() -> None:
    bound = {"name": "a", "insist": "b", "when": {}, "until": {}, "again": True}
    rest = [{"name": "c", "insist": "d"}]
    assert list(simpler({"commitments": [bound, *rest]})) == [
        {"commitments": rest},
        {"commitments": [bound]},
        {"commitments": [{"name": "a", "insist": "b"}, *rest]},
        {"commitments": [{"name": "a", "insist": "b", "when": {}}, *rest]},
    ]


def test_candidates_can_be_asked_for_in_sql(study: sim.Study) -> None:
    record = of_study(study.folder)
    assert record is not None
    found = study.query('select candidate, max("mean(approval)") as best from evaluations group by candidate')
    best = record.table.groupby("candidate")["mean(approval)"].max()
    assert dict(zip(found["candidate"], found["best"], strict=True)) == best.to_dict()


def test_a_search_that_is_done_carries_on_to_the_same_study(study: sim.Study) -> None:
    again = sim.sweep(SMALL, study.folder)
    assert again.experiment.hash == study.experiment.hash
    assert again.experiment.text == study.experiment.text
    assert again.complete

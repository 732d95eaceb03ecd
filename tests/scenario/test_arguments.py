"""Arguments of public functions: what is taken, and what is said of anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import ScenarioError
from sim.scenario import arguments

CALLS = {
    "run": lambda **asked: sim.run("baseline", **asked),
    "advance": lambda **asked: sim.advance("baseline", to="2021-12-31", **asked),
    "compare": lambda **asked: sim.compare("baseline", "thin_guarantee", **asked),
    "tip": lambda **asked: sim.tip("baseline", "clashes", **asked),
    "claims": lambda **asked: sim.claims(**asked),
    "ablation": lambda **asked: sim.ablation(**asked),
    "hindcast": lambda **asked: sim.hindcast(**asked),
}
OUTLOOKS = {
    "outlook": lambda **asked: sim.outlook("baseline", "record", **asked),
    "rolling": lambda **asked: sim.rolling(**asked),
    "evidence": lambda **asked: sim.evidence("baseline", "record", **asked),
}


def test_a_whole_number_is_taken_from_numpy_as_well() -> None:
    found = arguments.whole("week", np.int32(7), 1, 10)
    assert (found, type(found)) == (7, int)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "week: expected a whole number from 1 to 10, found true"),
        (2.0, "found 2.0"),
        ("2", "found '2'"),
        (None, "found nothing"),
        (float("nan"), "found nan"),
        (0, "found 0"),
        (2**64, "found 18446744073709551616"),
    ],
)
def test_anything_else_is_refused(value: Any, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        arguments.whole("week", value, 1, 10)
    assert said in str(caught.value)


@pytest.mark.parametrize("call", [*CALLS.values(), *OUTLOOKS.values()], ids=[*CALLS, *OUTLOOKS])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"seed": -1}, r"seed: expected a whole number from 0 to 2\^63 - 1, found -1"),
        ({"seed": 2**63}, "seed: expected a whole number"),
        ({"seed": "0"}, "seed: expected a whole number"),
        ({"threads": 0}, "threads: expected a whole number from 1, found 0"),
        ({"threads": 1.5}, "threads: expected a whole number from 1, found 1.5"),
    ],
    ids=str,
)
def test_every_call_asks_for_the_same_seed_and_threads(call: Any, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        call(**asked)


@pytest.mark.parametrize("many", [10**9, 0, 10.0, "10", None, True])
@pytest.mark.parametrize("name", [*CALLS, *OUTLOOKS])
def test_no_call_asks_for_more_runs_than_memory_holds(name: str, many: Any) -> None:
    call = CALLS.get(name) or OUTLOOKS[name]
    kind = "runs" if name in CALLS else "particles"
    with pytest.raises(
        ScenarioError, match=f"{kind}: expected a whole number from [0-9]+ to 1,000,000, found"
    ):
        call(**{kind: many})


@pytest.mark.parametrize("wrong", [None, 3, [], b"baseline", "", "\0"])
@pytest.mark.parametrize(
    "load", [sim.load_scenario, sim.load_experiment, sim.load_observations, sim.check, sim.run, sim.sweep]
)
def test_what_is_no_name_and_no_path_is_refused(load: Any, wrong: Any) -> None:
    with pytest.raises(ScenarioError, match=r"expected the name .+ the path of a file, found"):
        load(wrong)


@pytest.mark.parametrize("wrong", [None, 3, [], b"x", float("nan")])
@pytest.mark.parametrize(
    "read",
    [
        sim.load_results,
        sim.stories,
        sim.sensitivity,
        sim.robustness,
        lambda source: sim.export(source, "csv"),
        sim.report,
        sim.pack,
        sim.unpack,
        lambda source: sim.explain(source, 3),
        lambda source: sim.discover(source, "share(war) > 0.1"),
    ],
)
def test_what_is_no_result_is_refused(read: Any, wrong: Any) -> None:
    with pytest.raises(ScenarioError, match=r"expected the path of a (packed )?result"):
        read(wrong)


@pytest.mark.parametrize("wrong", ["tension", b"tension", 3, float("nan")])
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("keep", lambda names: sim.outlook("baseline", particles=100, keep=names)),
        ("rules", lambda names: sim.evidence("baseline", "record", rules=names)),
        ("readings", lambda names: sim.evidence("baseline", "record", readings=names)),
        ("only", lambda names: sim.claims(only=names)),
        ("settings", lambda names: sim.load_scenario("baseline", names)),
    ],
)
def test_a_list_of_names_is_no_text(name: str, call: Any, wrong: Any) -> None:
    with pytest.raises(ScenarioError, match=f"{name}: expected a list of names, found"):
        call(wrong)


def test_what_is_kept_of_an_outlook_is_a_variable() -> None:
    with pytest.raises(ScenarioError, match="keep: unknown variable 'tenson'; nearest: tension"):
        sim.outlook("baseline", particles=100, keep=["tenson"])


def test_a_path_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("panj: 1\ntitle: Mine\nextends: baseline\n", "utf-8")
    assert sim.load_scenario(file) == sim.load_scenario(str(file))

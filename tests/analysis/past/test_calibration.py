"""Calibration: targets, implausibility, reproducible waves, and that it cannot read what came after."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.past import autumn, calibration, waves
from sim.analysis.past.autumn import QUANTITIES, WEEKS, Autumn, Target, load_targets
from sim.analysis.past.calibration import Field, calibrate, files, geometric_median
from sim.analysis.past.waves import Settings
from sim.errors import ModelError, ScenarioError
from sim.model import calibrated, registry
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan
from sim.study.ensemble import cases

PACKAGE = Path(sim.__file__).parent
SMALL = Settings(points=256, replicates=(3, 4), keep=20, seed=3)


@pytest.fixture(scope="module")
def field() -> Field:
    return Field(load(), load_targets(), 0)


@pytest.fixture(scope="module")
def small() -> calibration.Calibration:
    return calibrate(SMALL)


# The file of targets


def test_every_target_says_what_it_wants_how_sure_it_is_and_why() -> None:
    targets = load_targets().targets
    assert len(targets) >= 12
    assert {one.quantity for one in targets} == set(QUANTITIES)
    for one in targets:
        assert one.tolerance > 0
        assert one.discrepancy > 0
        assert one.because
        assert one.unit
        assert set(one.paragraphs) <= set(range(1, 20))
        assert one.paragraphs


def test_the_file_holds_no_day_after_its_window() -> None:
    text = autumn.FILE.read_text()
    days = [date.fromisoformat(word) for word in _days(text)]
    assert days
    assert max(days) <= date(2021, 11, 1)
    assert WEEKS == 11


def _days(text: str) -> list[str]:
    import re

    return re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = autumn.FILE.read_text()
    assert old in text
    path = tmp_path / "targets.yaml"
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("date: 2021-11-01}", "date: 2021-11-02}", "nothing after 2021-11-01, found 2021-11-02"),
        ("until: 2021-11-01", "until: 2021-12-01", "the window"),
        ("quantity: power_debt", "quantity: power_dept", "no quantity 'power_dept'; nearest: power_debt"),
        ("at: 10000", "unknown: 10000", "expected one of at, within, at_least, at_most"),
        ("within: [400, 600]", "within: [600, 400]", "in order"),
    ],
)
def test_a_wrong_file_of_targets_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says.replace("[", r"\[")):
        load_targets(changed(tmp_path, old, new))


def test_implausibility_is_distance_over_all_that_blurs_it() -> None:
    at = Target("power_debt", 10.0, 10.0, "USD", 3.0, 4.0, (10,), "a test")
    assert at.implausibility(np.array([10.0, 20.0, 0.0]), np.zeros(3)) == pytest.approx([0, 2, 2])
    assert at.implausibility(np.array([23.0]), np.array([144.0])) == pytest.approx([1.0])
    least = Target("power_debt", 10.0, np.inf, "USD", 0.6, 0.8, (10,), "a test")
    assert least.implausibility(np.array([8.0, 10.0, 99.0]), np.zeros(3)) == pytest.approx([2, 0, 0])


# What a run says


def test_quantities_read_what_they_name() -> None:
    kept = np.ones((1, WEEKS + 1, len(Autumn.READS)))

    def put(name: str, *values: float) -> None:
        kept[0, :, Autumn.READS.index(name)] = values

    weeks = np.arange(WEEKS + 1)
    put("refugees_reported", *(1000.0 * weeks))
    put("refugees_attempted", *(70.0 * weeks + 1400.0 * (weeks >= 5)))
    put("power_billed_total", *(150.0 * weeks))
    put("power_paid_total", *(50.0 * weeks))
    put("power_supply", *([1.0] * 6), 0.5, *([1.0] * 5))
    put("troops", *([8000.0] * 9), 21000.0, 9000.0, 9000.0)
    put("fighters", 4000.0, *([6000.0] * 11))
    put("rhetoric", 0.0, *([0.6] * 11))
    put("spotlight", 0.1, *([0.2] * 8), 0.5, 0.9, 0.9)
    put("clashes", *([0.0] * 11), 1.0)
    put("talks", *([0.0] * 12))
    put("war", *([0.0] * 12))
    found = {name: float(one(Autumn(kept))[0]) for name, one in QUANTITIES.items()}
    expected = {
        "reported_september": 3000,  # 1 September lies in the third week
        "reported_october": 9000,  # 15 October in the ninth
        "attempts_busiest": 210,
        "power_debt": 1100,
        "supply_least": 0.5,
        "troops_most": 21000,
        "fighters_rise": 1.5,
        "rhetoric_mean": 0.6,
        "spotlight_gain": 0.4,
        "clashed": 1,
        "talked": 0,
        "at_war": 0,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


# Waves


def test_only_judgements_vary_and_everything_else_stays_as_declared(field: Field) -> None:
    model = load()
    every = {**model.parameters, **model.world}
    assert {every[name].source.grade for name in field.names} == {"judgement"}
    assert not {rule.strength for rule in model.rules.values()} & set(field.names)
    rows = field.rows(field.values(np.full((2, len(field.names)), 0.25)))
    for k, (name, one) in enumerate(every.items()):
        if name in field.varied:
            low, high = one.plausible
            assert rows[:, k] == pytest.approx([low + 0.25 * (high - low)] * 2)
        else:
            assert (rows[:, k] == (one.default if one.declared is None else one.declared)).all()


def test_the_same_settings_give_the_same_bytes_on_any_number_of_threads(
    small: calibration.Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_lane = calibration.simulate
    monkeypatch.setattr(calibration, "simulate", lambda *a, **k: one_lane(*a, **k, threads=1))
    assert files(calibrate(SMALL)) == files(small)
    other = files(calibrate(SMALL._replace(seed=4)))
    assert other[calibrated.REGION] != files(small)[calibrated.REGION]


def test_waves_say_how_much_of_the_prior_is_left(small: calibration.Calibration) -> None:
    assert [one.replicates for one in small.waves] == [3, 4]
    for one in small.waves:
        assert one.share == one.retained / one.points
        assert 0 < one.prior <= one.share
    assert small.cells.shape == (20, len(small.names))


def test_more_points_are_drawn_where_the_last_wave_leaves_too_few(small: calibration.Calibration) -> None:
    """The defaults and what is said of the spread are of the waves alone."""
    more = calibrate(SMALL._replace(keep=small.waves[-1].retained + 7))
    assert len(more.cells) == small.waves[-1].retained + 7
    assert (more.cells[:20] == small.cells).all()
    assert len(np.unique(more.cells, axis=0)) == len(more.cells)
    assert (more.defaults, more.waves) == (small.defaults, small.waves)


def test_what_is_kept_is_what_the_model_does_not_rule_out(small: calibration.Calibration) -> None:
    again = Field(load(), small.targets, SMALL.seed)
    rows = again.rows(again.values(calibrated.midpoints(small.cells)))
    _, away = again.judge(rows, SMALL.replicates[-1])
    assert away.max() <= small.targets.cutoff
    assert max(small.away.values()) <= small.targets.cutoff


def test_a_run_that_fails_rules_its_point_out(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    real = calibration.simulate

    def broken(*arguments: object, **options: object) -> object:
        block = real(*arguments, **options)  # type: ignore[arg-type]
        block.failure_week[1] = 3
        return block

    monkeypatch.setattr(calibration, "simulate", broken)
    rows = field.rows(field.values(np.full((3, len(field.names)), 0.5)))
    _, away = field.judge(rows, 2)
    assert np.isinf(away[1]).any()
    assert np.isfinite(away[[0, 2]]).all()


def test_a_range_narrows_only_where_an_end_of_it_is_empty() -> None:
    few = np.array([[0.3, 0.01], [0.6, 0.5], [0.99, 0.985]])
    shares = np.repeat(few, 1000, axis=0)
    low, high = waves._box(shares, np.zeros(2), np.ones(2))
    assert low == pytest.approx([0.3, 0.0])
    assert high == pytest.approx([1.0, 1.0])


def test_nothing_left_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    targets = load_targets()
    out_of_reach = Target("troops_most", 1e7, 1e7, "persons", 1.0, 1.0, (6,), "a test")
    with pytest.raises(ModelError, match=r"all but 0 of 256 .* 'troops_most' alone rules out 100%"):
        calibrate(SMALL, autumn.Targets((out_of_reach,), 3.0, targets.hash))


def test_the_medoid_of_a_region_lies_in_its_middle() -> None:
    line = np.array([[0.0], [1.0], [2.0], [10.0], [50.0]])
    assert geometric_median(line) == pytest.approx([2.0], abs=1e-3)
    chance = np.random.default_rng(1)
    cloud = np.vstack([chance.random((400, 6)), np.full((20, 6), 30.0)])
    centre = geometric_median(cloud)
    assert np.abs(centre - 0.5).max() < 0.15  # the mean lies at about 1.9
    around = [np.sqrt(((cloud - centre - step) ** 2).sum(axis=1)).mean() for step in 0.05 * np.eye(6)]
    assert min(around) > np.sqrt(((cloud - centre) ** 2).sum(axis=1)).mean()


# What is stored


@pytest.fixture
def complete(field: Field) -> None:
    """Leave out what can only be asked of a calibration that knows every judgement."""
    if new := calibrated.newer(field.names):
        pytest.skip(f"newer than the calibration, drawn from their declared ranges: {', '.join(new)}")


def test_the_stored_calibration_is_of_these_targets_and_of_judgements_that_exist(field: Field) -> None:
    kept = calibrated.record()
    again = "run 'make calibrate'"
    assert kept["targets"] == load_targets().hash, again
    assert set(kept["names"]) <= set(field.names), again
    assert {key: kept[key] for key in Settings._fields} == json.loads(json.dumps(Settings()._asdict())), again
    region = (calibrated.FOLDER / calibrated.REGION).read_bytes()
    assert kept["region"] == hashlib.blake2b(region, digest_size=10).hexdigest(), again


def test_a_newer_judgement_is_listed_and_drawn_from_its_declared_range(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, model = load_scenario("baseline"), load()
    (first, *others), points = calibrated.region()
    newer = calibrated.newer(field.names)
    known = cases.plausible(spec, model, plan(spec, model), 400, 1)
    rest = {**calibrated.record(), "names": others}
    monkeypatch.setattr(calibrated, "record", lambda: rest)
    monkeypatch.setattr(calibrated, "region", lambda: (tuple(others), points[:, 1:]))
    assert set(calibrated.newer(field.names)) == {first, *newer}
    drawn = cases.plausible(spec, model, plan(spec, model), 400, 1)
    own = known.names.index(first)
    assert drawn.names == known.names
    assert np.delete(drawn.values, own, 1).tolist() == np.delete(known.values, own, 1).tolist()
    low, high = field.varied[first].plausible
    cells = np.floor((np.sort(drawn.values[:, own]) - low) / (high - low) * len(drawn.values))
    assert cells.tolist() == list(range(len(drawn.values))), "one value in every slice of the range"


@pytest.mark.usefixtures("complete")
def test_no_stored_point_is_ruled_out_by_the_model_as_it_is(field: Field) -> None:
    _, points = calibrated.region()
    assert points.shape == (Settings().keep, len(field.names))
    _, away = field.judge(field.rows(field.values(points)), Settings().replicates[-1])
    assert away.max() <= load_targets().cutoff, "run 'make calibrate'"


@pytest.mark.usefixtures("complete")
def test_the_defaults_are_what_was_stored_and_fit_as_it_says(field: Field) -> None:
    kept, model = calibrated.record(), load()
    every = {**model.parameters, **model.world}
    moved = {name: one.default for name, one in every.items() if one.declared is not None}
    assert moved == kept["defaults"]
    assert moved
    row = np.array([[one.default for one in every.values()]])
    means, away = field.judge(row, Settings().replicates[-1])
    stored = kept["at_defaults"]
    for k, target in enumerate(load_targets().targets):
        assert means[0, k] == stored[target.quantity]["mean"], "run 'make calibrate'"
        assert away[0, k] == stored[target.quantity]["implausibility"]
    assert away.max() < 3


def test_what_is_undetermined_is_published_for_every_judgement(field: Field) -> None:
    spread = calibrated.record()["spread"]
    assert set(spread) == set(calibrated.record()["names"])
    assert list(spread) == sorted(spread, key=lambda name: spread[name]["ratio"]) or len(spread) > 300
    assert sum(one["ratio"] > 1 - calibration.SHRUNK for one in spread.values()) > 0.8 * len(spread)


def test_defaults_load_without_the_analysis() -> None:
    assert calibrated.defaults()
    code = "import sys; from sim.model.registry import load; load(); print('sim.analysis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_default_the_model_no_longer_declares_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ({"no_such": 1.0}, {"admission": 0.99}):
        monkeypatch.setattr(calibrated, "defaults", lambda wrong=wrong: wrong)
        with pytest.raises(ModelError, match="make calibrate"):
            registry._calibrate(calibrated.defaults(), dict(load().parameters), dict(load().world))


# No hindsight


def imports(module: str, seen: set[str]) -> set[str]:
    """Every module of the package that a module imports, itself or through others, anywhere in them."""
    path = PACKAGE.parent / (module.replace(".", "/") + ".py")
    path = path if path.is_file() else PACKAGE.parent / module.replace(".", "/") / "__init__.py"
    if module in seen or not path.is_file():
        return seen
    seen.add(module)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name.split(".")[0] == "sim":
                imports(name, seen)
    return seen


def test_nothing_that_calibration_imports_knows_what_came_after() -> None:
    reached = imports("sim.analysis.past.calibration", set())
    assert {"sim.analysis.past.autumn", "sim.engine.ensemble", "sim.model.processes.power"} <= reached
    assert not {name for name in reached if "history" in name or "hindcast" in name}
    for name in reached:
        path = PACKAGE.parent / (name.replace(".", "/") + ".py")
        if path.is_file() and name != "sim.model.processes.power":
            assert "history.yaml" not in path.read_text(encoding="utf-8"), name
    assert "sim.analysis.past.history" in imports("sim.analysis.past.hindcast", set()), (
        "the walk finds what is there"
    )


def test_calibration_runs_where_there_is_no_history(tmp_path: Path, small: calibration.Calibration) -> None:
    """In a copy of the package without the file and with the modules made impossible to import."""
    copy = tmp_path / "sim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "hist*.y*ml"))
    shutil.copytree(catalogue.folder(), copy / "_scenarios", dirs_exist_ok=True)
    assert not list(copy.rglob("history.yaml"))
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
for name in ("history", "hindcast"):
    sys.modules["sim.analysis.past." + name] = None
import sim
assert sim.__file__.startswith({str(tmp_path)!r})
from pathlib import Path
from sim.analysis.past.calibration import calibrate, write
from sim.analysis.past.waves import Settings
write(calibrate(Settings(*{tuple(SMALL)!r})), Path({str(tmp_path)!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, content in files(small).items():
        assert (tmp_path / name).read_bytes() == content, name

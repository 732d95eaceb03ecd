"""The command line: what it prints where, its exit codes, and that nothing is lost on the way."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.model.glossary import GLOSSARY

Panj = Callable[..., Any]
SHORT = ("--weeks", 30, "--citizens", 0, "--no-plots")
COMMANDS = ("run", "trace", "check", "rules", "scenarios", "schema", "plot")


def test_help_names_every_command(panj: Panj) -> None:
    shown = panj("--help")
    assert shown.code == 0
    for command in COMMANDS:
        assert command in shown.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_page_shows_an_example(panj: Panj, command: str) -> None:
    shown = panj(command, "--help")
    assert shown.code == 0
    assert f"panj {command}" in shown.out.split("Example")[-1]


def test_help_loads_nothing_slow() -> None:
    code = (
        "import sys, sim.cli\n"
        "try: sim.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'pydantic', 'mesa', 'llvmlite', 'pandas'} & set(sys.modules)), "
        "file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_version(panj: Panj) -> None:
    assert panj("--version").out.strip() == f"panj {sim.__version__}"


# What is in the box


def test_scenarios_as_data(panj: Panj) -> None:
    rows = json.loads(panj("scenarios", "--json").out)
    assert {"name", "title", "question"} == set(rows[0])
    assert "baseline" in {row["name"] for row in rows}
    assert all(row["title"] and row["question"] for row in rows)


def test_scenarios_as_a_table(panj: Panj) -> None:
    assert "baseline" in panj("scenarios").out


def test_rules_as_data(panj: Panj) -> None:
    rows = json.loads(panj("rules", "--json").out)
    assert len(rows) > 35
    for row in rows:
        assert {"id", "paragraphs", "claim", "actor", "concern", "actions", "sign", "parameters"} <= set(row)
        assert all(isinstance(n, int) for n in row["paragraphs"])
        assert row["claim"].strip()
        assert set(row["sign"]) == set(row["actions"])
        assert row["parameters"][0] == f"strength_{row['id']}"


def test_a_class_is_explained_in_the_terminal(panj: Panj) -> None:
    done = panj("rules", "quiet accommodation")
    assert done.code == 0
    assert GLOSSARY["quiet accommodation"] in " ".join(done.out.split())


def test_rules_as_a_table_lists_every_rule(panj: Panj) -> None:
    shown = panj("rules")
    assert shown.code == 0
    for rule_id in sim.rules:
        assert rule_id in shown.out


@pytest.mark.parametrize("typed", ["D5", "d5"])
def test_one_rule_in_full(panj: Panj, typed: str) -> None:
    shown = panj("rules", typed)
    assert shown.code == 0
    rule = sim.rules["D5"]
    for name in rule.parameters:
        assert name in shown.out
    assert "¶7" in shown.out


def test_every_rule_has_a_page(panj: Panj) -> None:
    for rule_id in sim.rules:
        assert panj("rules", rule_id).code == 0


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("remittances", ["remittances", "remittances_rest"]),
        ("russian_guarantee", ["russian_guarantee", "D6"]),
        ("MIGRANTS money", ["remittances"]),
        ("cost of ordinary risk", ["D6"]),
    ],
)
def test_any_word_of_a_name_or_a_text_finds_it(panj: Panj, words: str, names: list[str]) -> None:
    shown = panj("rules", words)
    assert shown.code == 0
    heads = {line.split()[0] for line in shown.out.splitlines() if line and not line.startswith(" ")}
    assert set(names) <= heads
    assert "kin_floor" not in heads


def test_a_variable_says_what_it_drifts_back_to(panj: Panj) -> None:
    assert "drifts towards guarantee_rest" in panj("rules", "russian_guarantee").out


def test_a_name_with_an_underscore_is_looked_up_and_not_searched_for(panj: Panj) -> None:
    (only,) = json.loads(panj("rules", "clash_base", "--parameters", "--json").out)
    assert only["name"] == "clash_base"


def test_words_narrow_a_list_and_its_data(panj: Panj) -> None:
    rows = json.loads(panj("rules", "remittances", "--parameters", "--json").out)
    assert {"remittances_rest", "remittances_pace"} <= {row["name"] for row in rows}
    assert len(rows) < 10
    assert [row["id"] for row in json.loads(panj("rules", "d5", "--json").out)] == ["D5"]
    none = panj("rules", "nobody knows this")
    assert (none.code, none.out) == (2, "")
    assert "in its name or text" in none.err


def test_an_unknown_rule_names_the_nearest(panj: Panj) -> None:
    shown = panj("rules", "D55")
    assert shown.code == 2
    assert "D5" in shown.err
    assert not shown.out


@pytest.mark.parametrize("flag", ["--world", "--parameters"])
def test_quantities(panj: Panj, flag: str) -> None:
    rows = json.loads(panj("rules", flag, "--json").out)
    assert len(rows) > 50
    assert {row["grade"] for row in rows} <= {"article", "public", "literature", "judgement"}
    assert all(row["reference"] for row in rows)
    shown = panj("rules", flag)
    assert shown.code == 0
    assert all(row["name"] in shown.out.replace("\n", "") for row in rows[:5])


def test_schema(panj: Panj) -> None:
    schema = json.loads(panj("schema", "scenario").out)
    assert "events" in schema["properties"]
    wrong = panj("schema", "nothing")
    assert wrong.code == 2
    assert "scenario" in wrong.err


# Checking


def test_check_a_right_file(panj: Panj) -> None:
    Path("mine.yaml").write_text("panj: 1\ntitle: Mine\nextends: baseline\nweeks: 20\n")
    shown = panj("check", "mine.yaml")
    assert shown.code == 0
    assert "Mine" in shown.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("panj: 1\ntitle: T\nextends: baseline\nweks: 20\n", "weeks"),
        ("panj: 1\ntitle: T\nextends: baselin\n", "baseline"),
        ("panj: 1\ntitle: T\nextends: baseline\nparameters: {strength_D55: 1}\n", "strength_D5"),
        ("panj: 1\ntitle: [\n", "line"),
    ],
)
def test_check_a_wrong_file(panj: Panj, content: str, said: str) -> None:
    Path("wrong.yaml").write_text(content)
    shown = panj("check", "wrong.yaml")
    assert shown.code == 2
    assert said in shown.err
    assert "wrong.yaml" in shown.err
    assert "Traceback" not in shown.err
    assert not shown.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "no-such-scenario"),
        ("run", "baseline", "--set", "no_such_parameter=1"),
        ("run", "baseline", "--set", "russian_guarantee"),
        ("run", "baseline", "--set", "russian_guarantee=loud"),
        ("run", "baseline", "--set", "russian_guarantee=2"),
        ("run", "baseline", "--runs", "0"),
        ("run", "baseline", "--seed", "-1"),
        ("run", "baseline", "--driver", "horse"),
        ("run",),
        ("no-such-command",),
        ("check", "no-such-file.yaml"),
        ("trace", "baseline", "--week", "0"),
        ("plot", "no-such-folder"),
        ("rules", "D5", "--world"),
        ("explain", "no-such-folder", "--run", "3", "--week", "2", "--brief"),
    ],
)
def test_wrong_input_leaves_with_2_and_a_message(panj: Panj, arguments: tuple[str, ...]) -> None:
    shown = panj(*arguments)
    assert shown.code == 2
    assert shown.err.strip()
    assert "Traceback" not in shown.err
    assert not shown.out
    assert not list(Path().iterdir())


@pytest.mark.parametrize("text", ["1_0", "\u0663", "+5", "5.0", "0x10", "nan", " 5", "9" * 30])
@pytest.mark.parametrize(
    "option",
    [
        "run baseline --runs",
        "run baseline --seed",
        "sweep clashes --workers",
        "outlook baseline --ahead",
        "compare baseline baseline --runs",
    ],
)
def test_a_whole_number_is_digits_alone(panj: Panj, option: str, text: str) -> None:
    shown = panj(*option.split(), text)
    assert shown.code == 2
    assert "expected a whole number from" in " ".join(shown.err.replace("│", " ").split())
    assert not list(Path().iterdir())


# Running


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One run of the command as a user starts it, with pictures."""
    home = tmp_path_factory.mktemp("run")
    return home, subprocess.run(
        [sys.executable, "-m", "sim", "run", "baseline", "--runs", "20", "--weeks", "40"],
        cwd=home,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(sim.__file__).parents[1])},
    )


def test_run_prints_the_range_before_the_interval(done: tuple[Path, Any]) -> None:
    shown = done[1]
    assert shown.returncode == 0, shown.stderr
    assert 0 <= shown.stdout.index("parameter") < shown.stdout.index("Monte Carlo")
    for word in (
        "cold peace",
        "armed clash",
        "refugees",
        "rapprochement",
        "seed",
        sim.__version__,
        "results/",
    ):
        assert word in shown.stdout


def test_run_leaves_a_folder(done: tuple[Path, Any]) -> None:
    (folder,) = (done[0] / "results").iterdir()
    assert folder.name.startswith("baseline-")
    assert folder.name.endswith("-s0")
    names = {path.name for path in folder.iterdir()}
    assert {"result.json", "outcomes.parquet", "changes.parquet"} <= names
    pictures = [name for name in names if name.endswith(".png")]
    assert len(pictures) >= 3
    assert all((folder / name).stat().st_size > 5000 for name in pictures)
    assert not [name for name in names if "tmp" in name]


def test_progress_stays_away_from_pipes(done: tuple[Path, Any]) -> None:
    assert "\x1b" not in done[1].stdout + done[1].stderr


@pytest.mark.skipif(os.name == "nt", reason="has no pseudo terminals")
def test_the_first_hundred_runs_are_shown_on_a_terminal_and_leave_the_page_as_it_is(tmp_path: Path) -> None:
    import pty

    asked = f"run baseline --runs 120 --citizens 0 --seed 3 --no-plots --force --out {tmp_path}/out"
    command = [sys.executable, "-m", "sim", *asked.split()]
    piped = subprocess.run(command, capture_output=True, text=True, check=True)
    screen, end = pty.openpty()
    shown = b""
    able = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=end, text=True, env=able) as process:
        os.close(end)
        with contextlib.suppress(OSError):  # how Linux says that nobody writes any more
            while piece := os.read(screen, 65536):
                shown += piece
        assert process.stdout is not None
        page = process.stdout.read()
    os.close(screen)
    assert process.returncode == 0
    assert page == piped.stdout
    words = "The first 100 of 120 runs at the defaults"
    assert words in shown.decode()
    assert words not in piped.stderr + page


def test_plot_draws_again(done: tuple[Path, Any], panj: Panj, tmp_path: Path) -> None:
    (folder,) = (done[0] / "results").iterdir()
    shown = panj("plot", folder, "--out", tmp_path / "again")
    assert shown.code == 0
    drawn = [Path(line) for line in shown.out.splitlines()]
    assert drawn
    assert all(path.is_file() and path.parent == tmp_path / "again" for path in drawn)
    wrong = panj("plot", folder, "--kind", "pie")
    assert wrong.code == 2
    assert "paths" in wrong.err


def test_run_as_data(panj: Panj) -> None:
    shown = panj("run", "baseline", "--runs", 10, *SHORT, "--json")
    data = json.loads(shown.out)
    assert data["seed"] == 0
    assert data["runs"] == 10
    assert Path(data["folder"]).is_dir()
    assert sum(row["share"] for row in data["defaults"]["paths"]) == pytest.approx(1.0)


def test_an_existing_result_is_not_overwritten_unasked(panj: Panj) -> None:
    first = panj("run", "baseline", "--runs", 5, *SHORT, "--out", "here", "--quiet")
    assert first.code == 0
    before = Path("here/outcomes.parquet").read_bytes()
    second = panj("run", "baseline", "--runs", 5, *SHORT, "--out", "here", "--quiet", "--seed", 1)
    assert second.code == 2
    assert "--force" in second.err
    assert Path("here/outcomes.parquet").read_bytes() == before
    third = panj("run", "baseline", "--runs", 5, *SHORT, "--out", "here", "--quiet", "--force", "--seed", 1)
    assert third.code == 0
    assert Path("here/outcomes.parquet").read_bytes() != before


def test_a_folder_of_something_else_is_left_alone(panj: Panj) -> None:
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years of work")
    shown = panj("run", "baseline", "--runs", 5, *SHORT, "--out", "mine", "--force")
    assert shown.code == 2
    assert [path.name for path in Path("mine").iterdir()] == ["thesis.txt"]


def test_the_same_seed_gives_the_same_numbers(panj: Panj) -> None:
    shown = [
        json.loads(panj("run", "baseline", "--runs", 10, *SHORT, "--json", "--force", "--threads", n).out)
        for n in (1, 2)
    ]
    assert shown[0] == shown[1]


def test_set_reaches_the_model(panj: Panj) -> None:
    base = json.loads(panj("run", "baseline", "--runs", 10, *SHORT, "--json").out)
    other = json.loads(panj("run", "baseline", "--runs", 10, *SHORT, "--json", "--set", "hardship=0.7").out)
    assert base["hash"] != other["hash"]
    assert base["folder"] != other["folder"]


def test_the_drivers_agree(panj: Panj) -> None:
    arguments = ("run", "baseline", "--runs", 3, *SHORT, "--json", "--driver")
    ensemble = json.loads(panj(*arguments, "ensemble", "--out", "a").out)
    mesa = json.loads(panj(*arguments, "mesa", "--out", "b").out)
    assert ensemble["defaults"] == mesa["defaults"]


@pytest.mark.parametrize(
    "command",
    [
        ("run", "baseline", "--out"),
        ("run", "baseline", "--until", "2021-10-03", "--save-state"),
        ("compare", "baseline", "null_model", "--out"),
        ("tip", "baseline", "--toward", "talks", "--out"),
        ("sweep", "clashes", "--out"),
        ("claims", "--ablation", "--out"),
        ("outlook", "baseline", "--observed", "record", "--report"),
        ("calibrate", "baseline", "--targets", "record", "--out"),
    ],
)
def test_writing_where_one_may_not_leaves_with_74_before_anything_is_computed(
    panj: Panj, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    Path("a-file").write_text("")
    monkeypatch.setattr("sim.engine.compiled.week", None)
    shown = panj(*command, "a-file/below")
    assert shown.code == 74, shown.err
    assert "a-file" in shown.err
    assert "Traceback" not in shown.err


def wait_until_it_listens(pid: int) -> None:
    """Wait until a process has a handler for SIGTERM, which `main` sets first; a busy machine takes long."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():  # no Linux: a fixed time must do
        time.sleep(4)
        return
    for _ in range(600):
        caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status.read_text())
        if caught is not None and int(caught[1], 16) & 1 << (signal.SIGTERM - 1):
            return
        time.sleep(0.1)
    raise AssertionError("no handler after a minute")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_leaves_nothing_half_written(
    sent: signal.Signals, code: int, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", "baseline", "--runs", "1000000", "--no-plots"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(sim.__file__).parents[1])},
        # Started in the background, the tests may have interrupts ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_until_it_listens(process.pid)
    time.sleep(2)  # well into its runs on most machines; what must hold, holds at any moment
    process.send_signal(sent)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert not out
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", [("odd",), ("report", "kept")])
def test_a_device_is_written_to_and_stays_one(panj: Panj, command: tuple[str, ...]) -> None:
    if command[0] == "report":
        made = panj("run", "baseline", "--runs", 4, "--citizens", 0, "--no-plots", "--out", "kept")
        assert made.code == 0, made.err
    full, sink = Path("full"), Path("sink")
    full.symlink_to("/dev/full")
    sink.symlink_to("/dev/null")
    told = panj(*command, "-o", "full")
    assert told.code == 74
    assert "No space left" in told.err
    assert panj(*command, "-o", "sink").code == 0
    assert full.is_symlink()
    assert sink.is_symlink()
    assert [path.name for path in Path().iterdir() if path.name.endswith(".tmp")] == []


# Telling one run


def test_trace_tells_a_story(panj: Panj) -> None:
    short, full = panj("trace", "baseline", "--weeks", 40), panj("trace", "baseline", "--weeks", 40, "--full")
    assert short.code == full.code == 0
    for word in ("How to read", "Dushanbe, words", "¶", "chance"):
        assert word in full.out
        assert word not in short.out
    assert short.out.index("Path: ") < short.out.index("The run") < short.out.index("Where it ends")


def test_trace_of_one_week_shows_the_table(panj: Panj) -> None:
    shown = panj("trace", "baseline", "--weeks", 10, "--week", 3)
    assert shown.code == 0
    for name in ("words", "denounce", "hold", "D1"):
        assert name in shown.out
    late = panj("trace", "baseline", "--weeks", 10, "--week", 11)
    assert late.code == 2
    assert "10" in late.err


def test_trace_as_data(panj: Panj) -> None:
    data = json.loads(panj("trace", "baseline", "--weeks", 10, "--json").out)
    assert data["scenario"]
    assert data["weeks"]


def test_trace_and_run_are_the_same_run(panj: Panj) -> None:
    import pyarrow.parquet as pq

    panj("run", "baseline", "--runs", 4, "--weeks", 60, "--no-plots", "--out", "r")
    rows = pq.read_table("r/outcomes_at_defaults.parquet").to_pylist()
    chosen = next(row for row in rows if row["replicate"] == 3)
    data = json.loads(panj("trace", "baseline", "--replicate", 3, "--weeks", 60, "--json").out)
    assert data["outcome"]["path"] == chosen["path"]
    assert data["outcome"]["peak_escalation"] == chosen["peak_escalation"]


# Stopping on a day, and going on


def test_a_run_stops_on_a_day_and_goes_on(panj: Panj) -> None:
    """What goes on is what never stopped, to the byte of its tables."""
    base = ("run", "baseline", "--weeks", 30, "--citizens", 0)
    left = panj(*base, "--runs", 8, "--seed", 3, "--until", "2021-11-15", "--save-state", "state.parquet")
    assert left.code == 0, left.err
    assert "8 runs a part stand at 2021-11-21, after week 14 of 30" in left.out
    again = panj(*base, "--runs", 8, "--until", "2021-11-15", "--save-state", "state.parquet")
    assert again.code == 2
    assert "exists; replace it with --force" in again.err
    on = panj(*base, "--from-state", "state.parquet", "--out", "on", "--no-plots", "--quiet")
    assert on.code == 0, on.err
    whole = panj(*base, "--runs", 8, "--seed", 3, "--out", "whole", "--no-plots", "--quiet")
    assert whole.code == 0
    for name in ("outcomes", "changes", "trajectories", "design"):
        assert Path("on", f"{name}.parquet").read_bytes() == Path("whole", f"{name}.parquet").read_bytes()
    other = panj(
        *base, "--from-state", "state.parquet", "--branch", 1, "--out", "other", "--no-plots", "--quiet"
    )
    assert other.code == 0
    assert Path("other/outcomes.parquet").read_bytes() != Path("whole/outcomes.parquet").read_bytes()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--until", "2021-11-15"), "--until and --save-state go together"),
        (("--branch", 1), "needs --from-state"),
        (("--until", "2031-11-15", "--save-state", "x"), "expected a day from 2021-08-16"),
        (("--from-state", "none.parquet"), "no such file"),
        (("--from-state", "none.parquet", "--seed", 1), "--seed does not go with it"),
    ],
)
def test_what_does_not_go_with_a_state_is_refused(panj: Panj, given: tuple[object, ...], said: str) -> None:
    shown = panj("run", "baseline", *given)
    assert shown.code == 2
    assert said in shown.err

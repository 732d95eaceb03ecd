"""What every test shares."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Pictures are drawn into files, whatever display the machine has.
os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "panj", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("panj")


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    """Leave the model as it is shipped, whatever rules a test added."""
    yield
    from sim.model import extension

    for one in extension.in_force():
        extension.leave(one)


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def panj(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Run the command in an empty folder and return what it did."""
    monkeypatch.chdir(tmp_path)
    from sim.cli import main

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = 0
        try:
            main([str(one) for one in arguments])
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run


SWEEP = {
    "panj": 1,
    "title": "A small sweep",
    "question": "Does <b>talking</b> help & what else? <script>alert(1)</script>",
    "scenario": "baseline",
    "weeks": 60,
    "citizens": 0,
    "design": {"method": "lhs", "size": 60},
    "replicates": 6,
    "seed": 5,
    "uncertainties": {
        "russian_guarantee": {"uniform": [0, 1]},
        "clash_base": {"triangular": [-4, -3, -1]},
        "reading": ["as_read", "sincere"],
    },
    "levers": {
        "talks": {
            "free": {},
            "warm": {"commitments": [{"actor": "dushanbe", "instrument": "contact", "insist": "warm"}]},
        }
    },
    "goals": [
        {"minimise": "share(war, fighting, fight and talk, clashes)", "enough": 0.1},
        {"maximise": "mean(approval)"},
        {"maximise": "mean(refugees_hosted)"},
    ],
}


@pytest.fixture(scope="session")
def small_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a hypercube with a lever; read only."""
    import sim

    folder = tmp_path_factory.mktemp("sweep") / "small"
    sim.sweep(SWEEP, folder, threads=1)
    return folder


@pytest.fixture(scope="session")
def small_saltelli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small Saltelli design; read only."""
    import sim

    folder = tmp_path_factory.mktemp("sweep") / "saltelli"
    design = {"method": "saltelli", "size": 16, "second_order": True}
    uncertain = {"russian_guarantee": {"uniform": [0, 1]}, "clash_base": {"uniform": [-4, -1]}}
    sim.sweep(
        {
            **SWEEP,
            "title": "A small Saltelli design",
            "design": design,
            "uncertainties": uncertain,
            "levers": {},
        },
        folder,
        threads=1,
    )
    return folder


def lines(text: str) -> Sequence[str]:
    return [line for line in text.splitlines() if line.strip()]

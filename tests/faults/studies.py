"""The small study that every fault is tried on, its oracle, and how two folders are compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.study.files import Disk
from sim.study.sweep.blocks import Made, Setup
from sim.study.sweep.sweep import sweep

#: Four blocks of twelve runs, levers and a choice among them.
EXPERIMENT: dict[str, Any] = {
    "panj": 1,
    "title": "A small study",
    "weeks": 20,
    "citizens": 0,
    "design": {"method": "lhs", "size": 6},
    "replicates": 4,
    "block": 12,
    "uncertainties": {"russian_guarantee": {"uniform": [0, 1]}, "reading": ["as_read", "sincere"]},
    "levers": {
        "guarantee": {
            "kept": {},
            "thinned": {
                "events": [
                    {
                        "name": "base thinned out",
                        "on": "2021-09-06",
                        "change": {"russian_guarantee": {"multiply": 0.5}},
                    }
                ]
            },
        }
    },
}
BLOCKS = 4


class Quick(Disk):
    """The disk without waiting for it: tests that only kill the process need no flush."""

    def flush(self, handle: int) -> None:
        pass

    def flush_folder(self, folder: Path) -> None:
        pass


def content(folder: Path) -> dict[str, bytes]:
    """What a study's folder holds, but for the locks, the order of the manifest and when it was made."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name.startswith((".lock", "manifest")):
            continue
        found[name] = path.read_bytes()
        if name == "result.json":
            told = json.loads(found[name])
            told.pop("made"), told.pop("checksum")
            found[name] = json.dumps(told).encode()
    return found


class Cached:
    """Every block of every experiment is run once; it is a pure function, so once is enough."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: dict[tuple[str, int], Made] = {}
        self.ran: list[int] = []
        real = Setup.run

        def run(setup: Setup, block: int, **options: Any) -> Made:
            self.ran.append(block)
            key = setup.experiment.hash, block
            if options.get("only") is not None:
                return real(setup, block, threads=1, only=options["only"])
            if key not in self.made:
                self.made[key] = real(setup, block, threads=1)
            return self.made[key]

        monkeypatch.setattr(Setup, "run", run)


def oracle(folder: Path) -> dict[str, bytes]:
    """What the study leaves where nothing goes wrong."""
    sweep(EXPERIMENT, folder, disk=Quick())
    return content(folder)

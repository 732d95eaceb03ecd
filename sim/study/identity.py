"""What a result is: everything that determines its tables, and nothing of the machine it was made on."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sim
from sim.errors import ResultError
from sim.model import extension
from sim.scenario.schema import Scenario
from sim.study.migrations import FORMAT

#: Files that numbers depend on: source, and what calibration left.
KINDS = ("*.py", "calibrated.json", "calibrated.npy")


@extension.cached_in_force
def source_hash() -> str:
    """Hash the source that numbers depend on, extensions too: of another hash, a seed may give other runs."""
    package = Path(sim.__file__).parent
    digest = hashlib.blake2b(digest_size=10)
    for folder in ("model", "engine"):
        for path in sorted(one for kind in KINDS for one in (package / folder).rglob(kind)):
            text = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + text + b"\0")
    for one in extension.named().items():
        digest.update("\0".join(one).encode())
    return digest.hexdigest()


def extensions() -> dict[str, Any]:
    """Return what a description says of the extensions in force: nothing where there are none."""
    named = extension.named()
    return {"extensions": named} if named else {}


def demand(identity: Mapping[str, Any], path: Path) -> None:
    """Refuse to read a result made with extensions that are not in force.

    Raises
    ------
    ResultError
        Naming them, and how to put them in force.
    """
    missing = sorted(identity.get("extensions", {}).keys() - extension.named().keys())
    if missing:
        raise ResultError(
            f"{path}: made with {', '.join(missing)}, which the model here does not have; "
            "add --rules with the folder or file that holds it, or install it"
        )


def other_runs(identity: Mapping[str, Any]) -> str:
    """Say why running a result's scenario again might not give its runs; nothing where it gives them."""
    here, there = extension.named(), identity.get("extensions", {})
    if here != there:
        differ = sorted(name for name in {**here, **there} if here.get(name) != there.get(name))
        return f"this result was made with or without other rules: {', '.join(differ)}"
    if identity["source"] != source_hash():
        return (
            f"this result was made by other source (panj {identity['versions']['panj']}, source "
            f"{identity['source'][:8]}; here {source_hash()[:8]})"
        )
    if "continued" in identity:
        return "the runs of this result went on from a state, under another plan or with other chance"
    return ""


def versions() -> dict[str, str]:
    """Return the versions that numbers may depend on."""
    return {
        "panj": sim.__version__,
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "llvmlite": version("llvmlite"),
    }


def identity(scenario: Scenario, seed: int, runs: int, plausible: bool) -> dict[str, Any]:
    """Describe a study: the canonical scenario with its hash, seed, size, versions, source."""
    return {
        "panj_result": FORMAT,
        "kind": "ensemble",
        "scenario": {
            "title": scenario.title,
            "question": scenario.question,
            "hash": scenario.hash,
            "canonical": scenario.canonical,
            "reasons": scenario.reasons,
        },
        "seed": seed,
        "runs": runs,
        "plausible": plausible,
        "versions": versions(),
        "source": source_hash(),
        **extensions(),
    }

"""Make everything that follows from the source, in the right order, and say what moved: `make derived`.

    python docs/derived.py              # what is stale
    python docs/derived.py validity     # these steps, stale or not
    python docs/derived.py --check      # nothing; say what is stale, and exit with 1 if anything is

A step is stale where its inputs, or what it once wrote, differ from what `docs/derived.json` records. Of Python only what
runs counts: comments, docstrings and layout may change, except where a step prints them.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
RECORD = "docs/derived.json"


class Step(NamedTuple):
    """What is made by one command: from which files, to which (patterns from the root)."""

    name: str
    command: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    words: bool = False


MODEL = (
    "sim/model/**/*.py",
    "sim/engine/*.py",
    "sim/scenario/*.py",
    "sim/analysis/past/data/autumn_2021.yaml",
)
CALIBRATED = ("sim/model/calibrated.json", "sim/model/calibrated.npy")
JUDGED = "sim/model/calibrated_claims.json"
RUNS = (*MODEL, *CALIBRATED, "scenarios/**/*.yaml", "sim/study/**/*.py")
ANSWERS = (*RUNS, JUDGED, "sim/analysis/**/*.py", "sim/analysis/**/*.yaml")

#: In this order: the outputs of a step may be inputs of those after it.
STEPS = (
    Step(
        "screening",
        ("-m", "sim.analysis.past.screening"),
        (*MODEL, "scenarios/**/*.yaml", "sim/analysis/past/screening.py"),
        ("sim/model/screened.json",),
    ),
    Step(
        "calibration",
        ("-m", "sim.analysis.past.calibration"),
        (
            *MODEL,
            "sim/model/screened.json",
            "sim/study/ensemble/cases.py",
            "sim/analysis/past/autumn.py",
            "sim/analysis/past/calibration.py",
        ),
        CALIBRATED,
    ),
    Step(
        "claims",
        ("-m", "sim.analysis.past.calibration", "--claims"),
        (
            *MODEL,
            *CALIBRATED,
            "scenarios/**/*.yaml",
            "sim/study/ensemble/cases.py",
            "sim/analysis/article/*.py",
            "sim/analysis/past/account.py",
            "sim/analysis/statistics/weights.py",
        ),
        (JUDGED,),
    ),
    Step(
        "figures",
        ("-m", "tests.known_figures"),
        (*MODEL, *CALIBRATED, "scenarios/**/*.yaml", "tests/known_figures.py"),
        ("tests/known_figures.json",),
    ),
    Step(
        "reference",
        ("-m", "sim.cli.reference"),
        ("sim/**/*.py", "sim/**/*.yaml", "sim/model/*.json", *CALIBRATED, "scenarios/**/*.yaml"),
        ("docs/reference/*.md",),
        words=True,
    ),
    Step(
        "validity",
        ("-m", "sim.views.reference.validity"),
        (*ANSWERS, "sim/views/reference/validity.*", "sim/views/pages/*.py"),
        ("docs/explanation/validity.md", "sim/views/report/trust.json"),
    ),
    Step(
        "evidence",
        ("-m", "sim.views.reference.evidence"),
        (
            *RUNS,
            JUDGED,
            "sim/analysis/outlook/*.py",
            "sim/analysis/past/h*.py",
            "sim/analysis/past/data/*.yaml",
            "sim/views/reference/evidence.*",
        ),
        ("docs/explanation/evidence.md",),
    ),
    *(
        Step(name, ("docs/pages.py", name), (*RUNS, "docs/pages.py"), (f"docs/explanation/{name}.md",))
        for name in ("storylines", "lock-in", "citizens")
    ),
    Step(
        "what-changed",
        ("-m", "sim.views.reference.what_changed"),
        (
            *RUNS,
            "sim/analysis/past/h*.py",
            "sim/analysis/past/data/*.yaml",
            "sim/views/reference/what_changed.*",
            "sim/views/reference/before.csv",
            "sim/views/plots/style.py",
        ),
        ("docs/explanation/what-changed.md", "docs/images/what-changed-*.png"),
    ),
    Step(
        "readme",
        ("docs/pages.py", "readme"),
        (*ANSWERS, "sim/views/pages/run.py", "sim/views/plots/**/*.py", "docs/pages.py"),
        ("README.md", "docs/images/fan.png", "docs/images/paths.png"),
    ),
    Step(
        "notebook",
        ("docs/notebook.py",),
        (*ANSWERS, "sim/views/**/*.py", "docs/notebook.py"),
        ("docs/tutorials/first-study.ipynb",),
    ),
    Step(
        "tipping",
        ("docs/tipping.py",),
        (*RUNS, "docs/tipping.py"),
        ("docs/explanation/tipping.md", "docs/images/basins.png"),
    ),
    Step(
        "changes",
        ("docs/changes.py",),
        (*ANSWERS, "docs/changes.py"),
        ("docs/decisions/0010-the-world-put-right.md",),
    ),
)


def files(patterns: Sequence[str], root: Path = ROOT) -> list[Path]:
    """Return the files that match any of the patterns, each once."""
    return sorted({path for one in patterns for path in root.glob(one) if path.is_file()})


def content(path: Path) -> bytes:
    """Return what of a file is made: all of it, or what stands between its marks."""
    data = path.read_bytes()
    marked = re.findall(rb"<!-- [^>]*(?:page:|written by)[^>]*-->.*?<!-- end of [^>]*-->", data, re.DOTALL)
    return b"".join(marked) if marked and path.suffix == ".md" else data


@cache
def running(source: bytes) -> bytes:
    """Return what of Python source runs, in a form that is the same on every version of Python."""

    def form(node: Any) -> Any:
        if isinstance(node, list):
            return [form(one) for one in node]
        if not isinstance(node, ast.AST):
            return repr(node)
        body = getattr(node, "body", None)
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = body[1:]  # type: ignore[index]
        fields = [(name, form(one)) for name, one in ast.iter_fields(node) if one not in (None, [])]
        return [type(node).__name__, *fields]

    return repr(form(ast.parse(source))).encode()


def fingerprint(paths: Sequence[Path], root: Path = ROOT, words: bool = True) -> str:
    """Hash files with their names; without `words`, of Python only what runs."""
    digest = hashlib.blake2b(digest_size=10)
    for path in paths:
        data = content(path)
        if not words and path.suffix == ".py":
            data = running(data)
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def state(step: Step, root: Path = ROOT) -> dict[str, str]:
    """Return the hashes of what a step depends on and of what it wrote."""
    return {
        "inputs": fingerprint(files(step.inputs, root), root, step.words),
        "outputs": fingerprint(files(step.outputs, root), root),
    }


def recorded(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """Return the hashes on record, by step."""
    path = root / RECORD
    found: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def reason(step: Step, root: Path = ROOT) -> str:
    """Say why a step is stale; empty where it is not."""
    now, then = state(step, root), recorded(root).get(step.name)
    if then is None:
        return "never made"
    if now["inputs"] != then["inputs"]:
        return "what it follows from has changed"
    return f"{', '.join(step.outputs)}: missing or changed by hand" if now != then else ""


def stale(steps: Sequence[Step] = STEPS, root: Path = ROOT) -> dict[str, str]:
    """Return by name why steps are stale, those among them that follow from a stale one."""
    found: dict[str, str] = {}
    remade: set[Path] = set()
    for step in steps:
        follows = "follows from a stale step" if remade & set(files(step.inputs, root)) else ""
        if why := reason(step, root) or follows:
            found[step.name] = why
            remade |= set(files(step.outputs, root))
    return found


def make(step: Step, root: Path = ROOT) -> list[str]:
    """Carry out a step and record it; return what moved, a line a file.

    Raises
    ------
    RuntimeError
        The command failed; what it had written is put back as it was.
    """
    before = {path: path.read_bytes() for path in files(step.outputs, root)}
    done = False
    try:
        done = subprocess.run([sys.executable, *step.command], cwd=root, check=False).returncode == 0
    finally:
        if not done:
            for path in {*before, *files(step.outputs, root)}:
                path.write_bytes(before[path]) if path in before else path.unlink()
    if not done:
        raise RuntimeError(f"{step.name}: python {' '.join(step.command)} failed; its files are as they were")
    after = {path: path.read_bytes() for path in files(step.outputs, root)}
    known = recorded(root) | {step.name: state(step, root)}
    (root / RECORD).write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")
    moved = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    return [f"{path.relative_to(root)}{_lines(before.get(path), after.get(path))}" for path in moved]


def _lines(before: bytes | None, after: bytes | None) -> str:
    """Say how many lines of a text file differ."""
    if before is None or after is None:
        return ": new" if before is None else ": gone"
    try:
        old, new = (set(one.decode().splitlines()) for one in (before, after))
    except UnicodeDecodeError:
        return ""
    return f": {len(new - old)} lines in place of {len(old - new)}"


def main(arguments: Sequence[str] | None = None, steps: Sequence[Step] = STEPS, root: Path = ROOT) -> int:
    """Make what is stale or named, or only say what is stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(one.name for one in steps))
    parser.add_argument("--check", action="store_true", help="say what is stale; make nothing")
    given = parser.parse_args(arguments)
    names = [one.name for one in steps]
    if unknown := [one for one in given.steps if one not in names]:
        parser.error(f"no step {unknown[0]!r}; one of: {', '.join(names)}")
    if given.check:
        found = stale(steps, root)
        for name, why in found.items():
            print(f"stale: {name} ({why})")
        print("run 'make derived'" if found else "everything that follows from the source is up to date")
        return 1 if found else 0
    moved: list[str] = []
    for step in steps:
        if step.name not in given.steps and (given.steps or not reason(step, root)):
            continue
        print(f"{step.name}: python {' '.join(step.command)}", flush=True)
        try:
            moved += make(step, root)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
    print("\n".join(["moved:", *(f"  {one}" for one in moved)]) if moved else "nothing moved")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What is installed is what was written: wheel and source archive carry all, and the command runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build the source archive, and the wheel from it as an installer would."""
    out = tmp_path_factory.mktemp("dist")
    made = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
    (wheel,) = out.glob("*.whl")
    (source,) = out.glob("*.tar.gz")
    return wheel, source


def modules() -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / "sim").rglob("*.py")}


def storylines() -> set[str]:
    return {path.name for path in (ROOT / "scenarios").glob("*.yaml")}


def test_the_wheel_carries_every_module_and_storyline(archives: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(archives[0]).namelist())
    assert modules() <= names
    assert storylines()
    assert {f"sim/_scenarios/{name}" for name in storylines()} <= names
    experiments = {path.name for path in (ROOT / "experiments").iterdir()}
    assert {f"sim/_experiments/{name}" for name in experiments} <= names
    assert "sim/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_carries_data_and_what_calibration_left(archives: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(archives[0]).namelist())
    data = {path.relative_to(ROOT).as_posix() for path in (ROOT / "sim/analysis/past/data").glob("*.yaml")}
    assert len(data) >= 2
    assert (
        data
        | {
            "sim/model/calibrated.json",
            "sim/model/calibrated.npy",
            "sim/views/reference/validity.md",
            "sim/views/reference/evidence.md",
            "sim/views/reference/before.csv",
        }
        <= names
    )
    assert {f"sim/views/dashboard/{name}" for name in ("page.html", "page.css", "inner.css")} <= names


def test_the_source_archive_can_be_built_and_tested_from(archives: tuple[Path, Path]) -> None:
    with tarfile.open(archives[1]) as opened:
        names = {name.split("/", 1)[-1] for name in opened.getnames()}
    assert modules() <= names
    assert {f"scenarios/{name}" for name in storylines()} <= names
    assert {
        "pyproject.toml",
        "Makefile",
        "constraints.txt",
        "LICENSE",
        "README.md",
        "tests/conftest.py",
    } <= names


def test_the_installed_wheel_works_outside_a_checkout(archives: tuple[Path, Path], tmp_path: Path) -> None:
    home = tmp_path / "site"
    with zipfile.ZipFile(archives[0]) as wheel:
        wheel.extractall(home)
    empty = tmp_path / "empty"
    empty.mkdir()
    code = (
        f"import sys; sys.path.insert(0, {str(home)!r})\n"
        "import sim, sim.cli\n"
        f"assert sim.__file__.startswith({str(home)!r}), sim.__file__\n"
        "sim.cli.main(sys.argv[1:])\n"
    )
    for arguments, expected in (
        (["scenarios"], "baseline"),
        (["check", "baseline"], "OK"),
        (["run", "baseline", "--runs", "5", "--weeks", "30", "--no-plots"], "plausible"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=empty, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout


def test_an_installed_package_of_rules_is_in_force_without_being_named(tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"

    def done(*arguments: str) -> str:
        # Panj and what it needs are those of this environment.
        paths = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
        made = subprocess.run(
            [python, *arguments], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True
        )
        assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
        return made.stdout

    pip = ("-m", "pip", "--disable-pip-version-check", "--quiet")
    model = (
        "from sim.model.registry import load; m = load(); print([one.name for one in m.extensions], m.actors)"
    )
    assert done("-c", model).startswith("[] ")
    done(*pip, "install", "--no-deps", str(ROOT / "examples" / "panj_iran"))
    assert re.fullmatch(r"\['panj_iran'\] .*'iran'\)\n", done("-c", model))
    assert "Tehran" in done("-c", "import sim.cli; sim.cli.main(['rules', 'I1'])")
    done(*pip, "uninstall", "--yes", "panj-iran")
    assert done("-c", model).startswith("[] ")


def test_every_import_is_declared() -> None:
    """What the package imports from outside the standard library stands among its dependencies."""
    import ast

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[<>=!~ ;\[]", one)[0].replace("-", "_").lower() for one in project["dependencies"]}
    declared = {"ruamel" if one == "ruamel.yaml" else one for one in declared}
    used = set()
    for path in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module.split(".")[0])
    outside = {name.lower() for name in used - set(sys.stdlib_module_names) - {"sim"}}
    extras = [
        one
        for name in ("cluster", "dashboard", "discovery", "pack", "search")
        for one in project["optional-dependencies"][name]
    ]
    optional = {re.split(r"[<>=!~ ;\[]", one)[0].lower() for one in extras}
    optional = {"sklearn" if one == "scikit-learn" else one for one in optional}
    assert optional <= outside, f"declared but not used: {sorted(optional - outside)}"
    outside -= optional - declared
    assert outside <= declared, f"used but not declared: {sorted(outside - declared)}"
    # Mesa imports networkx without asking for it, so it is declared for Mesa's sake.
    assert declared - outside <= {"networkx"}, f"declared but not used: {sorted(declared - outside)}"


def test_versions_agree() -> None:
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {sim.__version__}\n" in citation
    assert re.search(r"^date-released: \d{4}-\d\d-\d\d$", citation, re.MULTILINE)


def test_the_pythons_it_names_are_those_it_admits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    minor = re.compile(r"Programming Language :: Python :: (3\.\d+)")
    named = [match[1] for match in map(minor.fullmatch, project["classifiers"]) if match]
    assert named[0] == project["requires-python"].removeprefix(">=")
    assert named == [f"3.{11 + k}" for k in range(len(named))]


def test_pins_are_plain() -> None:
    lines = [one for one in (ROOT / "constraints.txt").read_text().splitlines() if not one.startswith("#")]
    assert len(lines) > 20
    assert all(re.fullmatch(r"[a-z0-9._-]+==[A-Za-z0-9.]+", one) for one in lines)


def test_public_names_exist_and_load_lazily() -> None:
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    code = "import sys, sim; print(sorted({'numpy', 'pydantic', 'mesa', 'llvmlite'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = sim.nothing_such

"""Arrows point down only, and the model keeps to arithmetic that gives the same bits compiled."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent

#: From the ground up; a module may import from its own layer and from those before it.
LAYERS = ("errors", "face", "model", "scenario", "engine", "study", "analysis", "views", "cli")

#: Arrows that point up all the same, each with its reason.
EXCEPTIONS: dict[tuple[str, str], str] = {
    (
        "sim.study.results.result",
        "views",
    ): "result.plot draws what it holds; imported when first asked for",
    ("sim.scenario.schema", "views"): "a notebook shows a scenario; imported when first asked for",
    (
        "sim.study.results.study",
        "views",
    ): "a notebook shows a sweep; imported when first asked for",
}

#: The first four differ once compiled, the others from one C library to the next.
UNEQUAL = {"pow", "gamma", "lgamma", "hypot", "exp", "log", "log1p", "expm1", "tanh", "sin", "cos"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_scenarios" not in path.parts)


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LAYERS else None


def runtime_imports(tree: ast.AST) -> list[tuple[str, int]]:
    """Imports anywhere in a module, but for those that only a type checker follows."""
    found: list[tuple[str, int]] = []
    skip: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            skip.update(inner for statement in node.body for inner in ast.walk(statement))
    for node in ast.walk(tree):
        if node in skip:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that this check can read them"
            assert node.module is not None
            found.append((node.module, node.lineno))
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def arrows(paths: dict[str, Path]) -> dict[str, set[str]]:
    """Which modules each module imports when it runs, those within functions too; exceptions left out."""
    found: dict[str, set[str]] = {}
    for module, path in paths.items():
        names = [name for name, _ in runtime_imports(ast.parse(path.read_text(encoding="utf-8")))]
        # `from package import module` is an arrow to the module; what the package itself does comes first.
        targets = {
            name for name in names if not any(one.startswith(f"{name}.") and one in paths for one in names)
        }
        while parents := {name for name in targets if name not in paths}:
            targets = (targets - parents) | {name.rpartition(".")[0] for name in parents if "." in name}
        allowed = {other for source, other in EXCEPTIONS if source == module}
        found[module] = {one for one in targets - {module, "sim"} if layer(one) not in allowed}
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules each of which imports all others by way of others."""
    reach = {module: set(targets) for module, targets in graph.items()}
    for middle in graph:
        for module in graph:
            if middle in reach[module]:
                reach[module] |= reach[middle]
    rounds = {tuple(sorted(one for one in reach[module] if module in reach.get(one, ()))) for module in graph}
    return [list(one) for one in sorted(rounds) if one]


def test_no_modules_import_each_other_in_a_circle() -> None:
    found = circles(arrows({dotted(path): path for path in modules()}))
    assert not found, "\n".join(" ↔ ".join(one) for one in found)


def test_a_circle_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "sim"
    (root / "model").mkdir(parents=True)
    (root / "model" / "one.py").write_text("from sim.model import two\n")
    (root / "model" / "two.py").write_text("def f():\n    from sim.model.three import g\n    return g\n")
    (root / "model" / "three.py").write_text("from sim.model.one import h\n")
    monkeypatch.setitem(globals(), "PACKAGE", root)
    (circle,) = circles(arrows({dotted(path): path for path in modules()}))
    assert circle == ["sim.model.one", "sim.model.three", "sim.model.two"]


def upward(path: Path) -> list[str]:
    module = dotted(path)
    own = layer(module)
    if own is None:
        return []
    faults = []
    for target, line in runtime_imports(ast.parse(path.read_text(encoding="utf-8"))):
        other = layer(target)
        if other is None or LAYERS.index(other) <= LAYERS.index(own):
            continue
        if (module, other) not in EXCEPTIONS:
            faults.append(f"{module}:{line} imports {target}; {own} must know nothing of {other}")
    return faults


def test_arrows_point_down_only() -> None:
    found = modules()
    assert len(found) > 15
    assert {layer(dotted(path)) for path in found} >= set(LAYERS)
    faults = [fault for path in found for fault in upward(path)]
    assert not faults, "\n".join(faults)


def test_an_upward_arrow_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "sim"
    (root / "model").mkdir(parents=True)
    bad = root / "model" / "bad.py"
    bad.write_text("def f():\n    from sim.engine import ensemble\n    return ensemble\n")
    monkeypatch.setitem(globals(), "PACKAGE", root)
    assert len(upward(bad)) >= 1


def test_what_must_load_fast_does_not_pull_in_what_is_slow() -> None:
    for layer_name, banned in (("model", {"llvmlite", "mesa", "pandas"}), ("scenario", {"llvmlite", "mesa"})):
        for path in (PACKAGE / layer_name).rglob("*.py"):
            roots = {name.split(".")[0] for name, _ in runtime_imports(ast.parse(path.read_text()))}
            assert not roots & banned, f"{dotted(path)} imports {sorted(roots & banned)}"


def unequal_arithmetic(tree: ast.AST) -> list[str]:
    """Operations whose last bit differs between plain Python and compiled code."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            found.append(f"line {node.lineno}: ** (write x * x or exp(y * log(x)))")
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in UNEQUAL:
                found.append(f"line {node.lineno}: {name}()")
        elif isinstance(node, ast.ImportFrom):
            found += [f"line {node.lineno}: {a.name}" for a in node.names if a.name in UNEQUAL]
    return found


def test_the_model_avoids_arithmetic_that_differs_once_compiled() -> None:
    paths = sorted((PACKAGE / "model").rglob("*.py"))
    assert len(paths) > 8
    faults = [f"{dotted(p)} {f}" for p in paths for f in unequal_arithmetic(ast.parse(p.read_text()))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "line",
    [
        "y = x**3",
        "x **= 2",
        "y = math.hypot(a, b)",
        "y = pow(a, b)",
        "from math import gamma",
        "y = math.exp(x)",
    ],
)
def test_the_lint_sees_unequal_arithmetic(line: str) -> None:
    assert unequal_arithmetic(ast.parse(line))


def test_modules_stay_small() -> None:
    long = {dotted(p): n for p in modules() if (n := len(p.read_text().splitlines())) > 520}
    assert not long, f"a module past about 400 lines wants to be two: {long}"

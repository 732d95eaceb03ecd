"""From a scenario file to a `Scenario`: reading, `extends`, overrides, messages with file and line.

A file that extends another says only what differs. `world` and `parameters` are merged name by
name; `events`, `commitments` and `rules` are appended to those of the extended file, where an event of the
same name, or a rule of the same id, takes the old one's place; anything else replaces what was there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError, nearest
from sim.model.registry import load
from sim.scenario import arguments, catalogue, checks, values
from sim.scenario.faults import Fault, Loc, WrongScenarioError, path_text, shown, unknown
from sim.scenario.schema import Scenario
from sim.scenario.yamltext import Node, read_file

MOST_FAULTS = 10
MOST_EXTENDED = 8
FORMAT = 1
#: Keys of a file that make a storyline another one than what it extends.
OWN = ("world", "parameters", "rules", "events", "commitments")


def load_scenario(name_or_path: str | os.PathLike[str], settings: Sequence[str] = ()) -> Scenario:
    """Load a shipped storyline by name, or a YAML file by path.

    Parameters
    ----------
    name_or_path
        A name as `panj scenarios` lists them, or the path of a file.
    settings
        Overrides `NAME=VALUE`, each a parameter or an initial value of the world.

    Returns
    -------
    Scenario
        Checked and frozen, with whatever it extends merged in.

    Raises
    ------
    ScenarioError
        Naming every fault (at most ten) with file and line.
    """
    path, shown_as = located(name_or_path)
    spec = checked(chain(path, shown_as))
    return _override(spec, settings) if settings else spec


def scenarios() -> list[dict[str, str]]:
    """List the shipped storylines: name, title and the question each answers."""
    rows = []
    for name in catalogue.names():
        spec = load_scenario(name)
        rows.append({"name": name, "title": spec.title, "question": spec.question})
    return rows


def check(file: str | os.PathLike[str]) -> Scenario:
    """Say whether a scenario file is right: return the scenario, or raise with all its faults.

    Parameters
    ----------
    file
        The path of a file, or the name of a shipped storyline.

    Raises
    ------
    ScenarioError
        As `load_scenario`.
    """
    return load_scenario(file)


def inherited_question(name_or_path: str | os.PathLike[str]) -> str | None:
    """Return which file the question of a storyline comes from, where it asks it of other content.

    None where it has one of its own, changes nothing of what it extends, or none of the files has one.

    Raises
    ------
    ScenarioError
        There is no such storyline, or it cannot be read.
    """
    own, *extended = chain(*located(name_or_path))
    if "question" in own.value or not any(key in own.value for key in OWN):
        return None
    return next((one.file for one in extended if "question" in one.value), None)


def located(name_or_path: str | os.PathLike[str]) -> tuple[Path, str]:
    """Find a shipped storyline or a file; return its path and what to call it in messages."""
    text = arguments.path(name_or_path, "the name of a storyline or the path of a file")
    if isinstance(name_or_path, str) and text in catalogue.names():
        return catalogue.path_of(text), f"{text}.yaml"
    path = Path(text)
    if not os.path.lexists(path):
        said = text if text.isprintable() else shown(text)
        near = nearest(text, [*catalogue.names(), *_yaml_beside(path)])
        raise ScenarioError(
            f"{said}: neither a shipped storyline nor a file{near}; 'panj scenarios' lists what is shipped"
        )
    return path, text if text.isprintable() else shown(text)


def _yaml_beside(path: Path) -> list[str]:
    try:
        return [str(path.parent / one.name) for one in path.parent.glob("*.y*ml")]
    except OSError:
        return []


def chain(path: Path, name: str) -> list[Node]:
    """Read a file and all that it extends, itself first."""
    nodes: list[Node] = []
    seen: list[Path] = []
    while True:
        node = read_file(path, name)
        versioned(node)
        nodes.append(node)
        seen.append(path.resolve())
        parent = node.value.pop("extends", None)
        if parent is None:
            return nodes
        path, name = neighbour(parent, path, name)
        where = f"{parent.file}, line {parent.line}"
        if path.resolve() in seen:
            raise ScenarioError(
                f"{where}: 'extends' leads in a circle back to {name}; drop it in one of them"
            )
        if len(nodes) > MOST_EXTENDED:
            raise ScenarioError(f"{where}: expected at most {MOST_EXTENDED} files in a row by 'extends'")


def versioned(node: Node) -> None:
    """Demand the version of the format."""
    found = node.value.get("panj")
    if found is None:
        raise ScenarioError(
            f"{node.file}: expected the version of the format, 'panj: {FORMAT}', found none; add that line"
        )
    if type(found.value) is not int or found.value != FORMAT or found.fault:
        raise ScenarioError(
            f"{node.file}, line {found.line}: expected 'panj: {FORMAT}', the version of the format, "
            f"found {shown(found.value)}"
        )


def neighbour(parent: Node, path: Path, name: str, key: str = "extends") -> tuple[Path, str]:
    """Resolve what `key` names: a shipped name, or a file in the folder of the file that names it."""
    where = f"{parent.file}, line {parent.line}"
    target = parent.value
    if not isinstance(target, str) or parent.fault:
        raise ScenarioError(
            f"{where}: expected '{key}' to be a shipped name or a relative path, found {shown(target)}"
        )
    if target in catalogue.names():
        return catalogue.path_of(target), f"{target}.yaml"
    here = path.resolve().parent
    if not re.search(r"\.ya?ml\Z", target) or not target.isprintable():
        choices = [*catalogue.names(), *(one.name for one in here.glob("*.y*ml"))]
        raise ScenarioError(
            f"{where}: expected '{key}' to be a shipped name or a .yaml file beside this one, "
            f"found {shown(target)}{nearest(target, choices)}"
        )
    wanted = Path(target)
    if wanted.is_absolute() or "\\" in target or ".." in wanted.parts:
        raise ScenarioError(
            f"{where}: expected '{key}' to stay in the folder of its file, "
            f"found {shown(target)}; copy that file here"
        )
    found = here / wanted
    if not found.resolve().is_relative_to(here):
        raise ScenarioError(
            f"{where}: expected '{key}' to stay in the folder of its file, found a link out of it"
        )
    if not os.path.lexists(found):
        choices = [*catalogue.names(), *(one.name for one in here.glob("*.y*ml"))]
        raise ScenarioError(f"{where}: {shown(target)} does not exist{nearest(target, choices)}")
    return found, str(Path(name).parent / wanted)


def checked(nodes: list[Node]) -> Scenario:
    """Merge nodes, the first over the second and so on, and make a scenario of them.

    Raises
    ------
    ScenarioError
        Naming every fault with file and line.
    """
    merged = nodes[-1]
    for child in reversed(nodes[:-1]):
        merged = merge(merged, child)
    places: dict[Loc, Node] = {}
    data = flattened(merged, (), places)
    found = [Fault(loc, node.fault) for loc, node in places.items() if node.fault]
    spec: Scenario | None = None
    try:
        spec = Scenario(**data)
    except WrongScenarioError as wrong:
        found += wrong.faults
    found += checks.too_late(data)
    if spec is None or found:
        raise ScenarioError(message(found, places, [node.file for node in nodes]))
    return spec


def merge(base: Node, child: Node) -> Node:
    """Lay the mapping of a file over the one it extends; see the module for how keys combine."""
    result = dict(base.value)
    for key, node in child.value.items():
        old = result.get(key)
        if (
            key in ("world", "parameters")
            and old
            and isinstance(old.value, dict)
            and isinstance(node.value, dict)
        ):
            node = Node({**old.value, **node.value}, node.file, node.line, node.fault or old.fault)
        elif (
            key in ("events", "commitments", "rules")
            and old
            and isinstance(old.value, list)
            and isinstance(node.value, list)
        ):
            node = Node(_appended(old.value, node.value), node.file, node.line, node.fault or old.fault)
        result[key] = node
    return Node(result, child.file, child.line)


def _appended(old: list[Node], new: list[Node]) -> list[Node]:
    result = list(old)
    places = {_name(node): i for i, node in enumerate(old)}
    for node in new:
        name = _name(node)
        if name is not None and name in places:
            result[places[name]] = node
        else:
            result.append(node)
    return result


def _name(node: Node) -> str | None:
    name = node.value.get("id", node.value.get("name")) if isinstance(node.value, dict) else None
    return name.value if isinstance(name, Node) and isinstance(name.value, str) else None


def flattened(node: Node, loc: Loc, places: dict[Loc, Node]) -> Any:
    """Return plain data and note the place of every value; recursion is bounded by the reader."""
    places[loc] = node
    if isinstance(node.value, dict):
        return {key: flattened(one, (*loc, key), places) for key, one in node.value.items()}
    if isinstance(node.value, list):
        return [flattened(one, (*loc, i), places) for i, one in enumerate(node.value)]
    return node.value


def message(found: Iterable[Fault], places: Mapping[Loc, Node], files: Sequence[str]) -> str:
    """Write the faults in the order of the files and their lines, one place once."""
    rows: dict[Loc, tuple[int, int, str]] = {}
    for loc, text in found:
        if loc in rows:
            continue
        near = loc
        while near not in places:
            near = near[:-1]
        node = places[near]
        # What was given as data has no lines; its path through the keys tells the place.
        line = f", line {node.line}" if near and node.line else f", {path_text(loc)}" if near else ""
        rows[loc] = (files.index(node.file), node.line if near else 0, f"{node.file}{line}: {text}")
    lines = [text for _, _, text in sorted(rows.values(), key=lambda row: row[:2])]
    if len(lines) > MOST_FAULTS:
        lines[MOST_FAULTS:] = [f"and {len(lines) - MOST_FAULTS} more"]
    return "\n".join(lines)


def _override(spec: Scenario, settings: Sequence[str]) -> Scenario:
    model = load()
    given: dict[str, dict[str, float]] = {"parameters": {}, "world": {}}
    wrong: list[str] = []
    for one in arguments.names("settings", settings):
        name, sign, text = one.partition("=")
        name = name.strip()
        kind = "parameters" if name in model.parameters else "world"
        quantity = model.parameters.get(name) or model.world.get(name)
        value = values.typed(text.strip())
        if not sign:
            fault = f"expected NAME=VALUE, found {shown(one)}"
        elif quantity is None:
            choices = [known for known, q in (model.parameters | model.world).items() if not q.derived]
            fault = unknown("parameter or variable", name, choices)
        elif quantity.derived:
            fault = checks.derived(quantity)
        elif value is None:
            fault = f"expected a finite number for {name}, found {shown(text)}"
        elif name in given[kind]:
            fault = f"{name} is given twice; keep one"
        else:
            fault = values.out_of_bounds(value, quantity)
            given[kind][name] = value
        if fault:
            wrong.append(f"--set {shown(one)}: {fault}")
    if wrong:
        raise ScenarioError("\n".join(wrong[:MOST_FAULTS]))
    return spec.replace(**given)

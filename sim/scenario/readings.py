"""Readings: named sets of parameters that switch on the rival rules of one way to read the article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sim.errors import ScenarioError, nearest
from sim.model.registry import load
from sim.scenario import catalogue, checks, rules, values
from sim.scenario.faults import path_text
from sim.scenario.yamltext import Node, read_file

KEYS = ("panj", "title", "paragraphs", "claim", "parameters", "rules")


@dataclass(frozen=True)
class Reading:
    """One way to read the article: the passages it turns on, what it says, the parameters it sets.

    A scenario's own parameters lie over these, and these over the defaults. Rules that it holds are on.
    """

    name: str
    title: str
    paragraphs: tuple[int, ...]
    claim: str
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    rules: tuple[str, ...] = ()


@lru_cache
def reading(name: str) -> Reading:
    """Load a shipped reading.

    Raises
    ------
    ScenarioError
        If there is none of that name, or its file is wrong.
    """
    known = catalogue.reading_names()
    if name not in known:
        raise ScenarioError(f"no reading {name!r}{nearest(name, known)}")
    return parse(name, read_file(catalogue.folder() / "readings" / f"{name}.yaml", f"{name}.yaml"))


def parse(name: str, root: Node) -> Reading:
    """Turn the nodes of a reading's file into a `Reading`; raises `ScenarioError` where it is wrong."""
    data = {key: _plain(node) for key, node in root.value.items()}
    for key, node in root.value.items():
        if key not in KEYS:
            raise ScenarioError(
                f"{node.file}, line {node.line}: unknown key {key!r}{nearest(str(key), KEYS)}"
            )
    title, claim, paragraphs = data.get("title"), data.get("claim"), data.get("paragraphs", [])
    parameters = data.get("parameters", {})
    where = root.file
    if data.get("panj") != 1:
        raise ScenarioError(f"{where}: expected 'panj: 1', the version of the format")
    if not isinstance(title, str) or not isinstance(claim, str):
        raise ScenarioError(f"{where}: expected a title and a claim, both text")
    if not isinstance(paragraphs, list) or not all(type(n) is int and 1 <= n <= 19 for n in paragraphs):
        raise ScenarioError(f"{where}: expected paragraphs as a list of numbers from 1 to 19")
    if not isinstance(parameters, dict) or any(values.number(x) is None for x in parameters.values()):
        raise ScenarioError(f"{where}: expected parameters as names with numbers")
    held = data.get("rules", [])
    if not isinstance(held, list):
        raise ScenarioError(f"{where}: expected rules as a list")
    for fault in rules.enter(held):
        raise ScenarioError(f"{where}: {path_text(fault.loc)}: {fault.text}")
    for fault in checks.values(parameters, "parameter", load().parameters, ("parameters",)):
        raise ScenarioError(f"{where}: {fault.text}")
    ids = tuple(str(one["id"]) for one in held)
    numbers = {f"strength_{one}": 1.0 for one in ids} | {
        key: float(value) for key, value in parameters.items()
    }
    return Reading(name, title, tuple(paragraphs), claim, MappingProxyType(numbers), ids)


def _plain(node: Node) -> Any:
    if node.fault:
        raise ScenarioError(f"{node.file}, line {node.line}: {node.fault}")
    if isinstance(node.value, dict):
        return {key: _plain(one) for key, one in node.value.items()}
    return [_plain(one) for one in node.value] if isinstance(node.value, list) else node.value

"""Text of a YAML file to plain values with their lines, and nothing else.

Built from the parser's events, one by one, with a stack of its own: nothing recurses, no object is
constructed, and what the format does not need (anchors, aliases, tags, directives, a second
document) ends the reading where it stands. Plain scalars follow YAML 1.2, so `no` is text.
"""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sim.errors import ScenarioError
from sim.scenario.faults import shown
from sim.scenario.values import day

MOST_BYTES = 256 * 1024
DEEPEST = 30
MOST_VALUES = 5000
MOST_DIGITS = 40

_WORDS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?[0-9]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass
class Node:
    """A value of a file with its place; `value` is a mapping or list of nodes, or a scalar.

    `fault` says what is wrong with it as it stands in the text.
    """

    value: Any
    file: str
    line: int
    fault: str = ""


def read_file(path: Path, name: str, kind: str = "a scenario") -> Node:
    """Read one YAML file that holds one mapping.

    Parameters
    ----------
    path
        The file; it must be a regular one (a pipe or device might never end).
    name
        What to call it in messages.
    kind
        What it should hold, for messages: `a scenario` or `an experiment`.

    Raises
    ------
    ScenarioError
        Naming file and line: missing, not regular, too large, empty, binary, not YAML, or more of
        YAML than the format needs.
    OSError
        If reading fails, or is not permitted.
    """
    return parse(_text(_bytes(path, name), name, kind), name, kind)


def _bytes(path: Path, name: str) -> bytes:
    try:
        # Without O_NONBLOCK, opening a pipe waits for its other end.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except PermissionError:
        raise
    except FileNotFoundError:
        raise ScenarioError(f"{name}: no such file") from None
    except OSError as error:
        raise ScenarioError(f"{name}: cannot be opened ({error.strerror})") from None
    regular = stat.S_ISREG(os.fstat(handle).st_mode)
    if not regular:
        os.close(handle)
        raise ScenarioError(f"{name}: expected a regular file, found a folder, pipe or device")
    with os.fdopen(handle, "rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ScenarioError(
            f"{name}: expected at most {MOST_BYTES // 1024} KB, found more; "
            "a storyline is small enough to read aloud"
        )
    return content


def _text(content: bytes, name: str, kind: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ScenarioError(
            f"{name}, line {line}: expected text in UTF-8, found other bytes; is it a text file?"
        ) from None
    if not text.strip():
        raise ScenarioError(f"{name}: expected {kind}, found an empty file; it starts with 'panj: 1'")
    for number, line_text in enumerate(text.split("\n"), 1):
        if re.search(r"[^\t\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", line_text):
            raise ScenarioError(
                f"{name}, line {number}: expected text, found a control character; is it a text file?"
            )
        if line_text.startswith("%"):
            raise ScenarioError(
                f"{name}, line {number}: expected no directives (lines starting with %); leave it out"
            )
    return text


def parse(text: str, name: str, kind: str = "a scenario") -> Node:
    """Turn the text of one file into nodes; see `read_file` for what it refuses."""
    try:
        return _build(YAML(typ="safe", pure=True).parse(text), name, kind)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        said = "; ".join(part for part in (error.context, error.problem) if part)
        raise ScenarioError(f"{name}{line}: not valid YAML: {said}") from None
    except YAMLError as error:
        raise ScenarioError(f"{name}: not valid YAML: {str(error).splitlines()[0]}") from None


def _build(events: Iterator[Any], name: str, kind: str) -> Node:
    """Take events one by one; `stack` holds the open mappings and lists, `keys` the pending keys."""
    stack: list[Node] = []
    keys: list[Node | None] = []
    root: Node | None = None
    for count, event in enumerate(events):
        line = event.start_mark.line + 1
        where = f"{name}, line {line}"
        if count > MOST_VALUES:
            raise ScenarioError(f"{where}: expected at most {MOST_VALUES} keys and values, found more")
        if isinstance(event, DocumentStartEvent):
            if root is not None:
                raise ScenarioError(
                    f"{where}: expected one document, found a second (after ---); use a file for each"
                )
            continue
        if isinstance(event, AliasEvent):
            raise ScenarioError(f"{where}: expected no aliases, found *{event.anchor}; write the value out")
        if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            if event.anchor is not None:
                raise ScenarioError(f"{where}: expected no anchors, found &{event.anchor}; leave it out")
            if event.tag is not None:
                raise ScenarioError(f"{where}: expected no tags, found {shown(str(event.tag))}; leave it out")
        if isinstance(event, ScalarEvent):
            node = _scalar(event, name, line)
            if not stack:
                root = node
            elif isinstance(stack[-1].value, dict) and keys[-1] is None:
                keys[-1] = node
                node.value = event.value
                if node.value in stack[-1].value:
                    first = stack[-1].value[node.value].line
                    node.fault = (
                        f"the key {shown(event.value)} stands here a second time "
                        f"(first on line {first}); drop one"
                    )
            else:
                _attach(stack[-1], keys, node)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            node = Node({} if isinstance(event, MappingStartEvent) else [], name, line)
            if not stack:
                root = node
            elif isinstance(stack[-1].value, dict) and keys[-1] is None:
                raise ScenarioError(f"{where}: expected a key, found {shown(node.value)} in its place")
            else:
                _attach(stack[-1], keys, node)
            stack.append(node)
            keys.append(None)
            if len(stack) > DEEPEST:
                raise ScenarioError(f"{where}: expected at most {DEEPEST} levels of nesting, found more")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            stack.pop()
            keys.pop()
    if root is None or root.value is None:
        raise ScenarioError(f"{name}: expected {kind}, found nothing but remarks; it starts with 'panj: 1'")
    if not isinstance(root.value, dict):
        raise ScenarioError(
            f"{name}, line {root.line}: expected keys with values, starting with 'panj: 1', "
            f"found {shown(root.value)}"
        )
    return root


def _attach(parent: Node, keys: list[Node | None], node: Node) -> None:
    if isinstance(parent.value, list):
        parent.value.append(node)
        return
    key = keys[-1]
    assert key is not None
    # A fault points at the line of the key, where a reader looks for it.
    node.line, node.fault = key.line, key.fault or node.fault
    parent.value[key.value] = node
    keys[-1] = None


def _scalar(event: ScalarEvent, name: str, line: int) -> Node:
    text = event.value
    if event.style is not None:  # quoted or a block: text, whatever it looks like
        return Node(text, name, line)
    if text in _WORDS:
        return Node(_WORDS[text], name, line)
    if _INT.fullmatch(text) or _FLOAT.fullmatch(text):
        if len(text) > MOST_DIGITS:
            return Node(
                0, name, line, f"expected a number of at most {MOST_DIGITS} digits, found {len(text)}"
            )
        if _INT.fullmatch(text):
            return Node(int(text), name, line)
        if math.isinf(float(text)):
            return Node(0, name, line, f"expected a finite number, found {text}, which is beyond all numbers")
        return Node(float(text), name, line)
    if _SPECIAL.fullmatch(text):
        return Node(0, name, line, f"expected a finite number, found {text}")
    found: date | None = day(text)
    return Node(text if found is None else found, name, line)

"""Cases given one by one, in a CSV file beside the experiment."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from sim.errors import ScenarioError
from sim.model.provenance import Quantity
from sim.scenario import values
from sim.scenario.faults import shown, unknown
from sim.study.experiment.experiment import CHOICES, Table

MOST_CSV = 64 * 1024 * 1024


def read_table(path: Path, name: str, free: Mapping[str, Quantity]) -> Table:
    """Read a CSV of cases: a header of names, a row a case; a column `group` says who shares draws.

    Raises
    ------
    ScenarioError
        Naming file, line and column.
    """
    if path.stat().st_size > MOST_CSV:
        raise ScenarioError(f"{name}: expected at most {MOST_CSV // 2**20} MB, found more")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError:
        raise ScenarioError(f"{name}: expected text in UTF-8, found other bytes; is it a CSV file?") from None
    except csv.Error as error:
        raise ScenarioError(f"{name}: not a CSV file: {error}") from None
    header = [one.strip() for one in lines[0]] if lines else []
    if not header or len(lines) < 2:
        raise ScenarioError(
            f"{name}: expected a line of names and at least one case, found {len(lines)} lines"
        )
    for mark, words in ((";", "semicolons"), ("\t", "tabs")):
        if mark in header[0]:
            raise ScenarioError(f"{name}, line 1: expected commas between the cells, found {words}")
    columns = [one for one in header if one != "group"]
    for one in header:
        if header.count(one) > 1:
            raise ScenarioError(f"{name}, line 1: the column {shown(one)} stands here twice; drop one")
        if one != "group" and one not in CHOICES and one not in free:
            choices = [*free, *CHOICES, "group"]
            raise ScenarioError(f"{name}, line 1: {unknown('parameter, variable or choice', one, choices)}")
    rows: list[tuple[float | str, ...]] = []
    groups: list[int] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise ScenarioError(f"{name}, line {number}: expected {len(header)} cells, found {len(cells)}")
        values = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        rows.append(tuple(_cell(values[one], one, free, f"{name}, line {number}") for one in columns))
        groups.append(seen.setdefault(values["group"], len(seen)) if "group" in values else len(groups))
    if not rows:
        raise ScenarioError(f"{name}: expected at least one case, found none")
    return Table(tuple(columns), tuple(rows), tuple(groups))


def _cell(text: str, column: str, free: Mapping[str, Quantity], where: str) -> float | str:
    if column in CHOICES:
        if not text:
            raise ScenarioError(f"{where}: expected a name for {column}, found an empty cell")
        return text
    value = values.typed(text)
    if value is None:
        raise ScenarioError(f"{where}: expected a number for {column}, found {shown(text)}")
    if said := values.out_of_bounds(value, free[column]):
        raise ScenarioError(f"{where}: {said}")
    return value

"""The model written a second time, from the pages of the reference alone.

Nothing of `sim.model` is called: numbers, formulas and orders are read from Markdown. Only the draws of
chance come from the engine, by the addresses that the pages give.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from sim.engine.randomness import draws

#: Signs of a formula in Python.
SIGNS = {
    "−": "-",
    "·": "*",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "√(": "sqrt(",
    "⌊": "floor(",
    "⌋": ")",
    "′": "_local",
    " mod ": " % ",
    " div ": " // ",
    "←": "=",
    "else if ": "elif ",
    "true": "True",
    "false": "False",
}


def python(text: str) -> str:
    """Return lines of a formula as lines of Python."""
    lines = []
    for line in text.splitlines():
        indent, line = line[: len(line) - len(line.lstrip())], line.strip()
        result = line.startswith("= ")
        line = line.removeprefix("= ").replace(" = ", " == ")
        line = re.sub(r"^for (\w+) from (.*) to below (.*):$", r"for \1 in range(\2, \3):", line)
        for sign, written in SIGNS.items():
            line = line.replace(sign, written)
        line = {"stop": "return", "next": "continue"}.get(line, line)
        lines.append(indent + ("return " + line if result else line))
    return "\n".join(lines)


def compiled(text: str, arguments: str, names: dict[str, Any], fields: Iterable[str]) -> Callable[..., Any]:
    """Return a formula as a function of its arguments that finds everything else in `names`."""
    body = python(text)
    stored = {
        name for line in re.findall(r"^ *([\w, ]+) = ", body, re.MULTILINE) for name in line.split(", ")
    }
    head = [f"def formula({arguments.replace('′', '_local')}):"]
    head += [f"    global {name}" for name in sorted(stored & set(fields))]
    space: dict[str, Any] = {}
    exec("\n".join([*head, textwrap.indent(body, "    ")]), space)
    return FunctionType(space["formula"].__code__, names)


def section(page: str, heading: str) -> str:
    """Return what stands under a heading, up to the next of its level or above."""
    level = heading.split(" ")[0]
    _, found, after = page.partition(f"\n{heading}\n")
    assert found, heading
    return re.split(rf"\n#{{1,{len(level)}}} ", after)[0]


def sections(page: str, level: str) -> dict[str, str]:
    """Return the parts of a page by their headings of a level, in order."""
    return {
        name: section(page, f"{level} {name}") for name in re.findall(rf"^{level} (.*)$", page, re.MULTILINE)
    }


def boxes(text: str) -> list[str]:
    """Return the formulas in a text."""
    return re.findall(r"```text\n(.*?)\n```", text, re.DOTALL)


def rows(text: str) -> list[list[str]]:
    """Return the rows of every table in a text, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {k + step for k, line in enumerate(lines) if line.startswith("| ---") for step in (-1, 0)}
    body = [line for k, line in enumerate(lines) if k not in heads]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in body]


def value(cell: str) -> float:
    """Return the number that a cell begins with; nothing set is 0."""
    found = re.match(r"-?[\d.]+(?:e[+-]?\d+)?", cell.replace(",", "").replace("−", "-"))
    if found is None:
        return 0.0
    return int(found[0]) if found[0].lstrip("-").isdigit() else float(found[0])


class Clause(NamedTuple):
    """A clause as its page has it."""

    actor: str
    formula: Callable[..., Any]
    scale: float
    pushes: list[tuple[str, float, float]]


class Option(NamedTuple):
    """An option as its page has it."""

    actor: str
    key: str
    base: float
    opened: Callable[..., Any] | None
    formula: Callable[..., Any]


class Second:
    """One run without events and commitments, at the defaults."""

    def __init__(
        self, pages: Mapping[str, str], seed: int, replicate: int, weeks: int, citizens: int, **functions: Any
    ) -> None:
        self.pages, self.weeks, self.citizens = pages, weeks, citizens
        self.names: dict[str, Any] = {
            "sqrt": math.sqrt,
            "floor": math.floor,
            "missing": math.nan,
            "exp": math.exp,
            "ln": math.log,
        }
        self.names |= functions
        self.world = {row[0].strip("`"): value(row[3]) for row in rows(pages["world.md"].split("\n## ")[0])}
        for row in rows(pages["parameters.md"]):
            self.put(row[0].strip("`"), value(row[3]))
        heads = re.search(r"^\| region \| number \|(.*)\|$", pages["citizens.md"], re.MULTILINE)
        assert heads is not None
        for k, head in enumerate(heads[1].split("|")):
            table = [value(row[2 + k]) for row in rows(section(pages["citizens.md"], "## Regions"))]
            self.names[head.strip().strip("`")] = table
        for row in rows(section(pages["citizens.md"], "## Columns")):
            self.names[row[0].strip("`")] = value(row[1]) if row[1][0].isdigit() else row[1].split(", ")
        self.names |= self.world
        for page in ("functions.md", "citizens.md", "classes.md"):
            for signature, text in re.findall(
                r"^`(\w+\(?.*?)`: .*\n\n```text\n((?:.*\n)*?)```", pages[page], re.MULTILINE
            ):
                name, _, arguments = signature.partition("(")
                self.names[name] = self.read(text, arguments.rstrip(")"))
        self.clauses = list(self.rules())
        self.options = list(self.menus())
        self.chance(seed, replicate)
        self.recorded: list[dict[str, float]] = []
        self.outcomes: dict[str, float] = {}

    def put(self, name: str, number: float) -> None:
        """Put a parameter or a constant, or an item of a table of them, among the names."""
        table, _, place = name.partition("[")
        if place:
            self.names.setdefault(table, []).append(number)
        else:
            self.names[name] = number

    def read(self, text: str, arguments: str = "") -> Callable[..., Any]:
        """Return a formula as a function."""
        return compiled(text, arguments, self.names, self.world)

    def rules(self) -> Iterable[Clause]:
        """Read the page of rules."""
        for text in sections(self.pages["rules.md"], "##").values():
            strength = re.search(r"Strength: `(\w+)`", text)
            assert strength is not None
            for part in re.split(r"\n\n(?=`\w+`: )", text)[1:]:
                appraisal = re.search(r"In the appraisal of (\w+), with the weight `(\w+)`", part)
                actor, weight = appraisal.groups() if appraisal else ("", "")
                scale = self.names[strength[1]] * self.names.get(weight, 1.0)
                pushes = [
                    (row[0].strip("`"), 1.0 if row[1] == "+" else -1.0, value(row[3])) for row in rows(part)
                ]
                yield Clause(actor, self.read(boxes(part)[0]), scale, pushes)

    def menus(self) -> Iterable[Option]:
        """Read the page of actors; `hold` stands first on every instrument."""
        for actor, text in sections(self.pages["actors.md"], "##").items():
            laws = sections("\n" + text, "###")
            seen = set()
            for row in rows(text.split("\n### ")[0]):
                instrument, name, base = row[0], row[1].strip("`"), row[6]
                if instrument not in seen:
                    seen.add(instrument)
                    yield Option(
                        actor.lower(), f"{instrument}.hold", self.names["inertia"], None, lambda: None
                    )
                found = boxes(laws[f"{actor.lower()}: {instrument}.{name}"])
                opened = self.read(found[0]) if len(found) == 2 else None
                base = base.partition(" ")[2]
                yield Option(actor.lower(), f"{instrument}.{name}", value(base), opened, self.read(found[-1]))

    def chance(self, seed: int, replicate: int) -> None:
        """Draw everything by its address."""
        listed = re.findall(
            r"`(\w+)` \((uniform|normal|gumbel)\)", section(self.pages["processes.md"], "## Chance")
        )
        self.estimates = rows(section(self.pages["processes.md"], "## 2 Perceive"))
        purposes = {f"process/{name}": law for name, law in listed}
        purposes |= {f"choice/{one.actor}/{one.key.replace('.', '/')}": "gumbel" for one in self.options}
        purposes |= {row[4].strip("`"): "normal" for row in self.estimates}
        numbers = draws(seed, list(purposes), list(purposes.values()), replicate, self.weeks + 1)
        self.luck = {name: numbers[:, k] for k, name in enumerate(purposes)}
        self.drawn = [name for name, _ in listed]
        columns = [f"society/{k}" for k in range(64)]  # more than a citizen takes; each has its own address
        people = self.citizens or len(rows(section(self.pages["citizens.md"], "## Regions")))
        self.noise = draws(seed, columns, ["uniform"] * len(columns), replicate, people)

    def run(self) -> list[dict[str, float]]:
        """Return the recorded world of each week from 0 on."""
        page = self.pages["processes.md"]
        society = self.society()
        self.names["draw_society"](society, self.noise)
        self.read(boxes(section(page, "## 0 The start"))[0])()
        processes = sections(section(page, "## 7 to 9 Processes, opinion, ladders"), "###")
        steps = {name: self.read(boxes(text)[0]) for name, text in processes.items() if boxes(text)}
        fading = [(row[0].strip("`"), row[1], row[2]) for row in rows(section(page, "## 10 Fade"))]
        self.record()
        for week in range(1, self.weeks + 1):
            chosen = self.choose(week)
            for option in chosen:
                option.formula()
            self.drive()
            self.names["draw"] = SimpleNamespace(
                **{name: self.luck[f"process/{name}"][week] for name in self.drawn}
            )
            for name in processes:
                if name in steps:
                    steps[name]()
                else:
                    self.names[name](society)
            for name, pace, rest in fading:
                low = value(rest.partition(" ")[2]) if rest != "0" else 0.0
                self.names[name] = low + (self.names[name] - low) * (1.0 - value(pace.partition(" ")[2]))
            self.record()
        out = SimpleNamespace()
        self.names["summarise"]([SimpleNamespace(**week) for week in self.recorded], out)
        self.outcomes = vars(out)
        return self.recorded

    def society(self) -> Any:
        """Return blank arrays of the population, in the sizes that the page gives them."""
        page = self.pages["citizens.md"]
        n, k = len(self.noise), self.names["CIRCLE"] if self.citizens else 0
        mood = re.search(r"^\| `MOOD` \| (.*) \|$", page, re.MULTILINE)
        assert mood is not None
        fields = [(name, np.float64) for name in mood[1].split(", ")]
        sizes = {"n": n, "k": k, "n k": n * k}
        arrays: dict[str, Any] = {}
        for names, shape, rest in re.findall(r"^(\w+(?:, \w+)*) : \((.*?)\) (.*)", page, re.MULTILINE):
            if seen := re.match(r"the numbers of `(\w+)` in a row", rest):
                arrays[names] = arrays[seen[1]].view(np.float64)
                continue
            lengths = [sizes[one] if one in sizes else int(one) for one in shape.rstrip(",").split(", ")]
            for name in names.split(", "):
                whole = name in ("region", "parts", "circles", "away", "ties")
                kind = fields if rest.startswith("records `MOOD`") else np.int64 if whole else np.float64
                array = np.zeros(lengths, kind)
                arrays[name] = array.view(np.recarray) if kind is fields else array
        order = re.search(r"in the order (.*):$", page, re.MULTILINE)
        assert order is not None
        return namedtuple("Society", re.findall(r"\w+", order[1]))(**arrays)

    def record(self) -> None:
        """Keep the world as it stands."""
        self.recorded.append({name: float(self.names[name]) for name in self.world})

    def choose(self, week: int) -> list[Option]:
        """Return what each state takes with each instrument."""
        best: dict[tuple[str, str], tuple[float, Option]] = {}
        views = {actor: self.seen(actor, week) for actor in dict.fromkeys(one.actor for one in self.options)}
        utilities = {(one.actor, one.key): one.base for one in self.options}
        for clause in self.clauses:
            if clause.actor:
                intensity = FunctionType(clause.formula.__code__, views[clause.actor])()
                for target, sign, size in clause.pushes:
                    utilities[clause.actor, target] += sign * (clause.scale * size * intensity)
        for one in self.options:
            if one.opened is None or FunctionType(one.opened.__code__, views[one.actor])():
                luck = self.luck[f"choice/{one.actor}/{one.key.replace('.', '/')}"][week]
                worth = utilities[one.actor, one.key] + luck
                place = one.actor, one.key.partition(".")[0]
                if place not in best or worth > best[place][0]:
                    best[place] = worth, one
        return [one for _, one in best.values()]

    def seen(self, actor: str, week: int) -> dict[str, Any]:
        """Return every name as a state perceives it."""
        last = self.recorded[week - 1]
        late = self.recorded[max(week - 1 - math.floor(self.names["perception_delay"]), 0)]
        view = {**self.names, **last}
        for state, name, span, bounds, address, _ in self.estimates:
            if state == actor:
                low, high = (value(one) if "∞" not in one else math.inf for one in bounds.split(" to "))
                noise = self.names["perception_noise"] * value(span) * self.luck[address.strip("`")][week]
                view[name.strip("`")] = min(max(late[name.strip("`")] + noise, low), high)
        return view

    def drive(self) -> None:
        """Sum what rules push."""
        sums = {row[0].strip("`"): 0.0 for row in rows(section(self.pages["world.md"], "## Drives"))}
        for clause in self.clauses:
            if not clause.actor:
                intensity = clause.formula()
                for target, sign, size in clause.pushes:
                    sums[target] += sign * (clause.scale * size * intensity)
        self.names["drive"] = SimpleNamespace(**sums)

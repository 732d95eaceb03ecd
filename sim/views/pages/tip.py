"""What `panj tip` says: the smallest changes, what they concern, and the storylines to run."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.choosing.tip import tip
from sim.analysis.choosing.tip_records import Tip, Tipping
from sim.analysis.deciding import box_file
from sim.analysis.deciding.cases import alternatives
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.loading import check
from sim.views import numbers, terminal
from sim.views.numbers import bare, counted, span
from sim.views.one_run.lines import value
from sim.views.pages.sensitivity import chosen
from sim.views.terminal import progress

#: Changes of a kind that are shown and written; the record has all.
MOST = 5


def scenario_of(file: str, conditions: Sequence[str]) -> Scenario:
    """Return the scenario of a file; of an experiment its first, under the conditions without any lever.

    Raises
    ------
    ScenarioError
        The file is wrong, or it is no experiment and a condition is given.
    """
    spec = check(file)
    if isinstance(spec, Experiment):
        setting = alternatives(spec.conditions, chosen(conditions, "condition"), "condition")
        alone = spec.alone(setting)
        return alone.replace(
            title=" given ".join(filter(None, (alone.title, " and ".join(setting.values()))))
        )
    if conditions:
        raise ScenarioError(f"--condition: expected an experiment, found the storyline {file}")
    return load_scenario(file)


def tip_command(
    spec: Scenario,
    name: str,
    toward: str,
    above: float | None,
    runs: int,
    seed: int,
    only: list[str] | None,
    levers_only: bool,
    out: Path | None,
    force: bool,
    threads: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Do what `panj tip` was asked for, write the storylines, and print it."""
    with progress(0, quiet or as_json) as tick:
        answer = tip(
            spec,
            toward,
            above=above,
            runs=runs,
            seed=seed,
            only=only,
            levers_only=levers_only,
            threads=threads,
            progress=tick,
        )
    written = box_file.write(files(answer, name, out), force) if out is not None else []
    if as_json:
        record = answer.record() | {"written": [str(one) for one in written]}
        print(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))
        return
    terminal.show(tip_page(answer))
    for path in written:
        print(path)


def files(answer: Tipping, name: str, folder: Path) -> dict[Path, str]:
    """Return a storyline for each change that is shown, by its path."""
    texts: dict[Path, str] = {}
    goal = (
        "the likeliest end"
        if answer.goal is None
        else f"the end of more than {100 * answer.goal:g} % of runs"
    )
    for kind, tips in (
        ("one", answer.singles),
        ("two", answer.pairs),
        ("commitment", answer.commitments),
        ("near", answer.nearest),
    ):
        for rank, one in enumerate(tips[:MOST], 1):
            changed = one.applied(answer.spec)
            change = re.sub(r"[/\\<>]", " ", one.words.replace("→", "to"))
            changed = changed.replace(
                title=f"Tipped: {change}"[:180], question=f"Does this make {answer.toward} {goal}?"
            )
            head = "".join(
                f"# {' '.join(line.split())}\n"
                for line in (
                    f"{answer.spec.title}, changed: {one.words}",
                    f"{answer.toward} from {100 * one.before:.1f} % of runs to {100 * one.after:.1f} % "
                    f"({100 * one.low:.1f} to {100 * one.high:.1f} %)",
                    f"concerns {numbers.marks(one.paragraphs).replace('–', 'no paragraph')}; "
                    f"found by panj tip {name} --toward {answer.toward!r}",
                )
            )
            texts[folder / f"tip-{kind}-{rank}.yaml"] = box_file.scenario_text(changed, head)
    return texts


def tip_page(answer: Tipping) -> RenderableType:
    """Return what was found for a reader: commitments first, then values."""
    goal = "the likeliest end" if answer.goal is None else f"more than {100 * answer.goal:g} % of runs"
    parts = [
        Text(
            f"Now {bare(answer.before).replace('·', '0')} % of runs; the goal is {goal}. Every commitment "
            f"and {counted(answer.tried, 'value')} were tried, {answer.runs:,} runs each on the same random "
            f"draws, seed {answer.seed}."
        ),
        _section(
            "One commitment from the start", answer, answer.commitments, "No single commitment does it."
        ),
    ]
    if answer.tried:
        parts += [
            _section(
                "One value alone, smallest change first",
                answer,
                answer.singles,
                "No value alone does it within its plausible range.",
            ),
            _section(
                "Two values together, shorter than either alone",
                answer,
                answer.pairs,
                "No pair of the strongest values is shorter.",
            ),
        ]
    if answer.nearest:
        parts.append(
            _section("What comes closest, at the ends of plausible ranges", answer, answer.nearest, "")
        )
    parts.append(
        Text(
            "\nSize: 1 is the whole plausible range. The share after is of runs that the search has not "
            "seen; * falls short of the goal there.",
            style="dim",
        )
    )
    return terminal.page(
        f"What tips {answer.spec.title} towards {answer.toward}?",
        finding(answer),
        *parts,
        more="--out DIR writes a storyline for each; --levers-only leaves values out."
        if answer.tried
        else "",
    )


def finding(answer: Tipping) -> str:
    """Return the first sentence: the strongest commitment, else the smallest change of a value."""
    if answer.commitments:
        best = answer.commitments[0]
        return f"One commitment is enough: {words(best)} ({bare(best.after)} % of runs)."
    if answer.singles or answer.pairs:
        best = min(answer.singles + answer.pairs, key=lambda one: one.size)
        return f"No commitment alone does it; a change of values does: {words(best)} ({bare(best.after)} %)."
    return "No commitment does it" + (", and no change of one or two values." if answer.tried else ".")


def words(one: Tip) -> str:
    """Write a change in words: what an actor always or never does, or where a value goes."""
    model = load()
    if one.commitment is not None:
        actor, instrument, verb, name = one.commitment
        (meaning,) = (
            option.meaning.rstrip(".") or "hold still"
            for each in model.instruments
            for option in each.options
            if (each.actor, each.name, option.name) == (actor, instrument, name)
        )
        often = "always, where it is open:" if verb == "insist" else "never:"
        return f"{actor.capitalize()} {often} {meaning[0].lower()}{meaning[1:]} ({instrument}: {name})"
    known = {**model.parameters, **model.world}
    changes = []
    for each in one.changes:
        quantity = known[each.name]
        ends = " → ".join(value(quantity, end) for end in (each.old, each.new))
        changes.append(f"{each.name} {ends} ({quantity.meaning})")
    return " and ".join(changes)


def _section(title: str, answer: Tipping, tips: tuple[Tip, ...], none: str) -> RenderableType:
    if not tips:
        return terminal.section(title, Text(none))
    sized = ("size",) if tips[0].changes else ()
    heads = (*sized, "share after (95 %)")
    table = terminal.table("change", *heads, "¶", wide=("change", "¶"), right=heads)
    for one in tips[:MOST]:
        size = (f"{one.size:.2f}",) if one.changes else ()
        share = f"{bare(one.after)} % ({span(one.low, one.high)})"
        short = answer.goal is not None and one.after <= answer.goal
        table.add_row(words(one), *size, f"{share} *" if short else share, numbers.marks(one.paragraphs))
    return terminal.section(title, table)


def goal_of(given: str | None) -> float | None:
    """Read the share that --above asks for, as a number or in per cent.

    Raises
    ------
    ScenarioError
        It is neither.
    """
    if given is None:
        return None
    match = re.fullmatch(r"\s*(\d*\.?\d+)\s*(%?)\s*", given, re.ASCII)
    if match is None:
        raise ScenarioError(f"--above: expected a share like 0.3 or 30%, found {given!r}")
    return float(match[1]) / (100 if match[2] else 1)

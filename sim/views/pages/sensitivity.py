"""What `panj sensitivity` says: what decides an answer, how sure that is, and what chance does beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from sim.analysis.deciding import cases
from sim.analysis.deciding.indices import DUMMY, Sensitivity
from sim.errors import ScenarioError
from sim.study.results.study import Study
from sim.views import terminal
from sim.views.numbers import counted, percent

#: Rows of the table; the record and the CSV have all.
MOST = 20
#: Names in the first sentence.
NAMED = 3
#: Cases an input takes to be ranked from a design that was not made for it.
PER_INPUT = 10
#: Pairs that are shown of those whose joint effect leaves out zero.
MOST_PAIRS = 5

NAMES = {
    "sobol": "Sobol' indices: total (ST) and first order (S1)",
    "morris": "Morris' mean effect (mu*)",
    "delta": "Borgonovo's delta",
    "pawn": "PAWN",
}


def sensitivity_command(
    folder: Path,
    asked: str,
    method: str | None,
    levers: Sequence[str],
    conditions: Sequence[str],
    full: bool,
    brief: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Do what `panj sensitivity` was asked for and print it."""
    if as_json and as_csv:
        raise ScenarioError("--json and --csv are two ways to print the same: take one")
    study = cases.opened(folder)
    found = cases.sensitivity(
        study, asked, method, chosen(levers, "lever"), conditions=chosen(conditions, "condition")
    )
    if as_json:
        print(json.dumps(found.record(), ensure_ascii=False, indent=2, allow_nan=False))
    elif as_csv:
        print(csv(found, study, folder), end="")
    else:
        terminal.show(sensitivity_page(found, full), brief)


def chosen(given: Sequence[str], word: str) -> Mapping[str, str]:
    """Read `NAME=ALTERNATIVE` of levers or conditions (the `word`) as often as it was given.

    Raises
    ------
    ScenarioError
        One of them is not of that form.
    """
    made = {}
    for one in given:
        name, sign, alternative = one.partition("=")
        if not sign:
            raise ScenarioError(f"--{word}: expected {word.upper()}=ALTERNATIVE, found {one!r}")
        made[name.strip()] = alternative.strip()
    return made


def under(setting: Mapping[str, str]) -> str:
    """Return under which setting an answer stands, to follow what was asked."""
    return ", given " + " and ".join(f"{name}: {one}" for name, one in setting.items()) if setting else ""


def sensitivity_page(found: Sensitivity, full: bool = False) -> RenderableType:
    """Return the indices that rise above the dummy, all that are kept where `full`."""
    rows = found.indices if full else found.indices[found.indices["name"].isin([*found.clear, DUMMY])]
    shown = rows[(rows.index < MOST) | (rows["name"] == DUMMY)]
    parts: list[RenderableType] = []
    if full or found.clear:
        parts.append(_table(found, shown))
        hidden = len(found.indices) - len(shown) + found.weaker
        if hidden:
            parts.append(Text(f"{counted(hidden, 'weaker one')} not shown.", style="dim"))
    pairs = found.pairs[found.pairs["S2_low"] > 0].head(MOST_PAIRS)
    if len(pairs):
        lines = [
            Text(
                f"  {r['first']} with {r['second']}: {_number(r['S2'])} "
                f"({_number(r['S2_low'])} – {_number(r['S2_high'])})"
            )
            for r in pairs.to_dict("records")
        ]
        parts.append(terminal.section("Second order: what two do together beyond each alone", *lines))
    parts.append(terminal.section("How far to trust it", *map(Text, remarks(found))))
    return terminal.page(
        f"What decides {found.question} (unit: {found.unit})?{under(found.setting)}",
        finding(found),
        *parts,
        more="" if full else "--full for every index; panj rules NAME says what a value is.",
    )


def finding(found: Sensitivity) -> str:
    """Return the first sentence: what decides the answer most, or that nothing stands out, and why."""
    if found.clear:
        some = ", ".join(found.clear[:NAMED])
        rest = len(found.clear) - NAMED
        more = f" and {rest} more" if rest > 0 else ""
        return f"{some}{more} {'decides' if len(found.clear) == 1 else 'decide'} it most."
    inputs = len(found.indices) - 1 + found.weaker
    words = f"Nothing stands out of {counted(inputs, 'input')}"
    if found.method in ("sobol", "morris") or found.groups >= PER_INPUT * inputs:
        return f"{words}; a larger design may tell more."
    few = counted(found.groups, "case")
    return f"{words} at {few}; to rank so many takes about {PER_INPUT * inputs:,}."


def _table(found: Sensitivity, rows: pd.DataFrame) -> RenderableType:
    heads = [f"{one} (95 %)" for one in found.columns]
    made = terminal.table("", *heads, "half", "", right=(*heads, "half"), wide=("",))
    for row in rows.to_dict("records"):
        name = str(row["name"])
        cells = [
            f"{_number(row[one])} ({_number(row[f'{one}_low'])} – {_number(row[f'{one}_high'])})"
            for one in found.columns
        ]
        verdict = "" if name == DUMMY else "clear" if name in found.clear else "may be noise"
        half = _number(row[f"{found.main}_half"])
        made.add_row(name, *cells, half, verdict, style=None if verdict == "clear" else "dim")
    note = "Half: the index from half the sample. Intervals by bootstrap."
    return terminal.section(NAMES[found.method], made, note=note)


def remarks(found: Sensitivity) -> list[str]:
    """Return what a reader must know beside the indices: what counts, whether it is settled, chance."""
    what = "groups" if found.method in ("sobol", "morris") else "cases"
    said = [
        f"{found.groups:,} {what} count, {found.dropped:,} dropped because a case has no valid run; "
        f"{found.failed:,} runs failed.",
    ]
    # That nothing stands out in half the sample either settles nothing.
    if found.clear or not found.settled:
        settled = {
            True: "Half the sample says the same: settled.",
            False: "Half the sample says otherwise: not settled, take a larger design.",
            None: "Too few cases to halve, so whether it is settled cannot be said.",
        }
        said.append(settled[found.settled])
    if np.isfinite(found.seed_share):
        alone = percent(found.seed_share)
        said.append(f"Chance within a case makes {alone} of the variance of a single run.")
    said.append(
        f"The {DUMMY} does nothing: what does not rise above its upper end may be noise."
        if found.clear
        else f"Nothing rises above the {DUMMY}, which does nothing: at this size no index means anything."
    )
    return said


def csv(found: Sensitivity, study: Study, folder: Path) -> str:
    """Return all indices as CSV under lines that say what they are."""
    from sim.views.plots import data

    experiment = study.experiment
    options = f"--method {found.method}" + "".join(
        f" --{'condition' if name in experiment.conditions else 'lever'} '{name}={one}'"
        for name, one in found.setting.items()
    )
    about = [
        ("sensitivity", f"{found.method} of {found.question} in {experiment.title}"),
        ("unit", found.unit if found.method == "morris" else "index"),
        ("n", f"{found.groups} groups or cases, {found.dropped} dropped, {found.failed} runs failed"),
        ("interval", "95 %, bootstrap"),
        (
            "identity",
            f"experiment {experiment.hash[:16]}, seed {experiment.seed}, "
            f"panj {study.identity['versions']['panj']}",
        ),
        (
            "command",
            f"panj sensitivity {folder} --estimand '{found.question}' {options} --csv",
        ),
    ]
    return data.text(found.indices, about)


def _number(value: object) -> str:
    number = float(str(value))
    return f"{number:.2g}".replace("-", "−") if np.isfinite(number) else "–"

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
    ranking = cases.sensitivity(
        study, asked, method, chosen(levers, "lever"), conditions=chosen(conditions, "condition")
    )
    if as_json:
        print(json.dumps(ranking.record(), ensure_ascii=False, indent=2, allow_nan=False))
    elif as_csv:
        print(csv(ranking, study, folder), end="")
    else:
        terminal.show(sensitivity_page(ranking, full), brief)


def chosen(given: Sequence[str], word: str) -> Mapping[str, str]:
    """Read `NAME=ALTERNATIVE` of levers or conditions (the `word`) as often as it was given.

    Raises
    ------
    ScenarioError
        One of them is not of that form.
    """
    alternatives = {}
    for one in given:
        name, sign, alternative = one.partition("=")
        if not sign:
            raise ScenarioError(f"--{word}: expected {word.upper()}=ALTERNATIVE, found {one!r}")
        alternatives[name.strip()] = alternative.strip()
    return alternatives


def under(setting: Mapping[str, str]) -> str:
    """Return under which setting an answer stands, to follow what was asked."""
    return ", given " + " and ".join(f"{name}: {one}" for name, one in setting.items()) if setting else ""


def sensitivity_page(ranking: Sensitivity, full: bool = False) -> RenderableType:
    """Return the indices that rise above the dummy, all that are kept where `full`."""
    rows = ranking.indices if full else ranking.indices[ranking.indices["name"].isin([*ranking.clear, DUMMY])]
    shown = rows[(rows.index < MOST) | (rows["name"] == DUMMY)]
    parts: list[RenderableType] = []
    if full or ranking.clear:
        parts.append(_table(ranking, shown))
        hidden = len(ranking.indices) - len(shown) + ranking.weaker
        if hidden:
            parts.append(Text(f"{counted(hidden, 'weaker one')} not shown.", style="dim"))
    pairs = ranking.pairs[ranking.pairs["S2_low"] > 0].head(MOST_PAIRS)
    if len(pairs):
        lines = [
            Text(
                f"  {r['first']} with {r['second']}: {_number(r['S2'])} "
                f"({_number(r['S2_low'])} – {_number(r['S2_high'])})"
            )
            for r in pairs.to_dict("records")
        ]
        parts.append(terminal.section("Second order: what two do together beyond each alone", *lines))
    parts.append(terminal.section("How far to trust it", *map(Text, remarks(ranking))))
    return terminal.page(
        f"What decides {ranking.question} (unit: {ranking.unit}){under(ranking.setting)}?",
        finding(ranking),
        *parts,
        more="" if full else "--full for every index; panj rules NAME says what a value is.",
    )


def finding(ranking: Sensitivity) -> str:
    """Return the first sentence: what decides the answer most, or that nothing stands out, and why."""
    if ranking.clear:
        some = ", ".join(ranking.clear[:NAMED])
        rest = len(ranking.clear) - NAMED
        more = f" and {rest} more" if rest > 0 else ""
        return f"{some}{more} {'decides' if len(ranking.clear) == 1 else 'decide'} it most."
    inputs = len(ranking.indices) - 1 + ranking.weaker
    words = f"Nothing stands out of {counted(inputs, 'input')}"
    if ranking.method in ("sobol", "morris") or ranking.groups >= PER_INPUT * inputs:
        return f"{words}; a larger design may tell more."
    few = counted(ranking.groups, "case")
    return f"{words} at {few}; to rank so many takes about {PER_INPUT * inputs:,}."


def _table(ranking: Sensitivity, rows: pd.DataFrame) -> RenderableType:
    heads = [f"{one} (95 %)" for one in ranking.columns]
    table = terminal.table("", *heads, "half", "", right=(*heads, "half"), wide=("",))
    for row in rows.to_dict("records"):
        name = str(row["name"])
        cells = [
            f"{_number(row[one])} ({_number(row[f'{one}_low'])} – {_number(row[f'{one}_high'])})"
            for one in ranking.columns
        ]
        verdict = "" if name == DUMMY else "clear" if name in ranking.clear else "may be noise"
        half = _number(row[f"{ranking.main}_half"])
        table.add_row(name, *cells, half, verdict, style=None if verdict == "clear" else "dim")
    note = "Half: the index from half the sample. Intervals by bootstrap."
    return terminal.section(NAMES[ranking.method], table, note=note)


def remarks(ranking: Sensitivity) -> list[str]:
    """Return what a reader must know beside the indices: what counts, whether it is settled, chance."""
    what = "groups" if ranking.method in ("sobol", "morris") else "cases"
    sentences = [
        f"{ranking.groups:,} {what} count, {ranking.dropped:,} dropped because a case has no valid run; "
        f"{ranking.failed:,} runs failed.",
    ]
    # That nothing stands out in half the sample either settles nothing.
    if ranking.clear or not ranking.settled:
        settled = {
            True: "Half the sample says the same: settled.",
            False: "Half the sample says otherwise: not settled, take a larger design.",
            None: "Too few cases to halve, so whether it is settled cannot be said.",
        }
        sentences.append(settled[ranking.settled])
    if np.isfinite(ranking.seed_share):
        alone = percent(ranking.seed_share)
        sentences.append(f"Chance within a case makes {alone} of the variance of a single run.")
    sentences.append(
        f"The {DUMMY} does nothing: what does not rise above its upper end may be noise."
        if ranking.clear
        else f"Nothing rises above the {DUMMY}, which does nothing: at this size no index means anything."
    )
    return sentences


def csv(ranking: Sensitivity, study: Study, folder: Path) -> str:
    """Return all indices as CSV under lines that say what they are."""
    from sim.views.plots import data

    experiment = study.experiment
    options = f"--method {ranking.method}" + "".join(
        f" --{'condition' if name in experiment.conditions else 'lever'} '{name}={one}'"
        for name, one in ranking.setting.items()
    )
    about = [
        ("sensitivity", f"{ranking.method} of {ranking.question} in {experiment.title}"),
        ("unit", ranking.unit if ranking.method == "morris" else "index"),
        ("n", f"{ranking.groups} groups or cases, {ranking.dropped} dropped, {ranking.failed} runs failed"),
        ("interval", "95 %, bootstrap"),
        (
            "identity",
            f"experiment {experiment.hash[:16]}, seed {experiment.seed}, "
            f"panj {study.identity['versions']['panj']}",
        ),
        (
            "command",
            f"panj sensitivity {folder} --estimand '{ranking.question}' {options} --csv",
        ),
    ]
    return data.text(ranking.indices, about)


def _number(value: object) -> str:
    number = float(str(value))
    return f"{number:.2g}".replace("-", "−") if np.isfinite(number) else "–"

"""What `panj sensitivity` says: what decides an answer, how sure that is, and what chance does beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from sim.analysis.deciding import cases
from sim.analysis.deciding.indices import DUMMY, Sensitivity
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.study.results.study import Study
from sim.views import terminal
from sim.views.numbers import percent

#: Rows of the table; the record and the CSV have all.
MOST = 20
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
        terminal.console().print(sensitivity_page(found))


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


def sensitivity_page(found: Sensitivity) -> RenderableType:
    """Return the indices for a reader."""
    known = {**load().parameters, **load().world}
    right = [name for one in found.columns for name in (one, f"{one} 95 %")]
    made = terminal.table("", "", *right, "half", "", "grade", right=(*right, "half"))
    shown = found.indices.head(MOST)
    if DUMMY not in set(shown["name"]):
        shown = found.indices[(found.indices.index < MOST) | (found.indices["name"] == DUMMY)]
    for row in shown.to_dict("records"):
        name, cells = str(row["name"]), []
        for one in found.columns:
            cells += [_number(row[one]), f"{_number(row[f'{one}_low'])} – {_number(row[f'{one}_high'])}"]
        verdict = "" if name == DUMMY else "clear" if name in found.clear else "may be noise"
        made.add_row(
            name,
            *cells,
            _number(row[f"{found.main}_half"]),
            verdict,
            known[name].source.grade if name in known else "",
            style="dim" if verdict != "clear" else None,
        )
    blocks: list[RenderableType] = [
        terminal.heading(f"What decides it: {found.question} (unit: {found.unit}){under(found.setting)}"),
        Text(f"{NAMES[found.method]}, with 95 % bootstrap intervals."),
        made,
    ]
    hidden = len(found.indices) - len(shown) + found.weaker
    if hidden:
        blocks.append(Text(f"{hidden:,} weaker ones are not shown.", style="dim"))
    blocks += [Text(one) for one in remarks(found)]
    pairs = found.pairs[found.pairs["S2_low"] > 0].head(MOST_PAIRS)
    if len(pairs):
        blocks.append(terminal.heading("Second order: what two do together beyond each alone"))
        blocks += [
            Text(
                f"  {r['first']} with {r['second']}: {_number(r['S2'])} "
                f"({_number(r['S2_low'])} – {_number(r['S2_high'])})"
            )
            for r in pairs.to_dict("records")
        ]
    return Group(*blocks)


def remarks(found: Sensitivity) -> list[str]:
    """Return what a reader must know beside the indices: what counts, whether it is settled, chance."""
    what = "groups" if found.method in ("sobol", "morris") else "cases"
    said = [
        f"{found.groups:,} {what} count, {found.dropped:,} dropped because a case has no sound run; "
        f"{found.failed:,} runs failed.",
        {
            True: "Half the sample says the same: settled.",
            False: "Half the sample says otherwise: not settled, take a larger design.",
            None: "Too few cases to halve, so whether it is settled cannot be said.",
        }[found.settled],
    ]
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
    return f"{number:.3g}".replace("-", "−") if np.isfinite(number) else "–"

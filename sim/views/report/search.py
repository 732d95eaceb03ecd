"""What a search found, in words, tables and pictures: which plan for whom, why, and what did not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.analysis.answers.digest import Digest
from sim.analysis.choosing.plans import PAIRS, Confirmation, confirmation, pathways, working
from sim.model.registry import load
from sim.scenario import conditions
from sim.scenario.schema import When
from sim.study.identity import other_runs
from sim.study.questions import Estimand, estimand
from sim.study.results.study import Study
from sim.study.search.record import STORYLINES, Record, of_study
from sim.study.search.spaces import Candidate
from sim.study.sweep.place import SEARCH
from sim.views.numbers import counted, marks, percent, signed
from sim.views.plots.draw import search as pictures
from sim.views.plots.style import sentence
from sim.views.report.parts import (
    Heading,
    Part,
    Points,
    Text,
    alike,
    between,
    cell,
    drawn,
    estimate,
    figure,
    folded,
    grid,
    share,
    span,
)
from sim.views.storyline import deed

#: Values of a world that are written out; of more, its storyline tells.
MOST_VALUES = 12


def search(digest: Digest) -> list[Part]:
    """Return the section on a search, nothing where a result comes of none."""
    study = digest.source
    record = of_study(study.folder) if isinstance(study, Study) else None
    if record is None or not isinstance(study, Study) or not study.done:
        return []
    found = confirmation(study)
    assert found is not None
    parts: list[Part] = [Text(_extent(record, found)), Points(tuple(_findings(found)))]
    parts += [*_listed(found), _table(found)]
    parts.append(
        Text(
            f"Each is a storyline in {SEARCH}/{STORYLINES}, to be run, changed and compared like any other.",
            "note",
        )
    )
    if len(found.search.goals) > 1 and len(found.table):
        parts.append(
            drawn(
                lambda: pictures.tradeoff(found, record.table),
                f"{counted(len(record.rows), 'candidate')} by the first two goals, and the front of "
                f"{counted(len(found.candidates), 'candidate')} on fresh cases.",
                "Trade-off between the goals. Bars: 95 % over fresh cases."
                + (" Pale points may lie beyond a bound." if found.search.limits else ""),
            )
        )
    if found.search.plan is not None and not other_runs(study.identity):
        parts += _switching(study)
        parts += _rules(study, found)
    course = record.course()
    if len(course):
        last = course.groupby("seed")["hypervolume"].last()
        parts.append(
            drawn(
                lambda: pictures.progress(course),
                f"Hypervolume by candidates judged, {counted(len(last), 'search')}; at the end "
                f"{_range(last.to_numpy(np.float64), percent)}.",
                "How far independent searches came: the share of the space of goals that their front beats. "
                "Where lines end level and close together, more candidates would find little more.",
            )
        )
    return parts


def _extent(record: Record, found: Confirmation) -> str:
    search, experiment = found.search, record.experiment
    failures = sum(bool(one.failure) for one in record.rows.values())
    failed = f" {counted(failures, 'candidate')} could not be judged." if failures else ""
    tried = f"{len(record.rows):,} candidates, tried by NSGA-III from {counted(search.seeds, 'seed')}"
    if search.plan is None:
        return (
            f"Looked for: the worlds that do worst by the goals. {tried}, each world run "
            f"{experiment.replicates:,} times on the same chance.{failed} The worst were run again on fresh "
            "chance."
        )
    whose = " and ".join(one.capitalize() for one in search.plan.actors)
    judged = {
        "mean": "by the mean over cases",
        "worst tenth": "by the mean of the worst tenth of cases",
        "regret": "by how far off the best plan that does not react the worst tenth of cases is",
    }[search.across.judged_by]
    return (
        f"Looked for: a plan of {whose}. {tried}, judged {judged}, all on the same "
        f"{counted(experiment.size, 'case')} and the same chance, {counted(experiment.replicates, 'run')} a "
        f"case.{failed} What no other beat was run again on {counted(found.cases, 'fresh case')} with other "
        "chance; the figures below are those."
    )


def _findings(found: Confirmation) -> list[str]:
    """Return which plan does most and how, whether reacting pays, and what did not hold."""
    words = []
    if not found.candidates:
        words.append("Nothing beats having no plan at all.")
    if (name := found.leading) is not None:
        words.append(f"{sentence(name)} does most: {_words(found, name)}. {_against(found, name)}.")
    words += [*_reacting(found), *_shrunk(found)]
    for one, why in found.failed.items():
        words.append(f"{sentence(one)} did not hold on fresh cases: {why}.")
    if found.candidates and not found.failed:
        words.append(
            "On fresh cases none of them is beaten by another, by no plan or at once."
            if found.search.plan
            else "On fresh chance none of them is beaten by another."
        )
    return words


def _against(found: Confirmation, name: str) -> str:
    rows = found.table[found.table["name"] == name].to_dict("records")
    each = [_change(estimand(row["goal"]), row, "added") for row in rows]
    return f"Against no plan: {'; '.join(each)}"


def _reacting(found: Confirmation) -> list[str]:
    """Say of each plan that reacts whether it does better than the same options from the start."""
    words = []
    goals = {one.question: one for one in found.search.goals}
    for name in found.held:
        rows = found.table[(found.table["name"] == name) & found.table["reacting"].notna()]
        if rows.empty:
            continue
        sides: dict[str, list[str]] = {"better": [], "worse": []}
        for row in rows.to_dict("records"):
            goal = goals[row["goal"]]
            if row["reacting_low"] > 0 or row["reacting_high"] < 0:
                side = "better" if goal.better * row["reacting"] > 0 else "worse"
                sides[side].append(_change(estimand(row["goal"]), row, "reacting"))
        told = [f"{side} in {'; '.join(one)}" for side, one in sides.items() if one]
        words.append(
            f"{sentence(name)} waits for its condition. Against the same options from the start it does "
            f"{', and '.join(told) if told else 'neither better nor worse beyond chance'}."
        )
    return words


def _shrunk(found: Confirmation) -> list[str]:
    """Say which plans promised more in the search than they keep."""
    words = []
    for row in found.table.to_dict("records"):
        asked = estimand(row["goal"])
        better = next(one.better for one in found.search.goals if one.question == row["goal"])
        end = row["added_high"] if better > 0 else row["added_low"]
        if better * row["promised"] > better * end:
            scale, unit = (100.0, " points") if asked.unit == "share" else (1.0, "")
            promised, kept = signed(scale * row["promised"]), signed(scale * row["added"])
            words.append(
                f"{sentence(row['name'])} promised {promised}{unit} in the {asked.label} and keeps {kept} on "
                "fresh cases: a search favours what its own cases do."
            )
    return words


def _change(asked: Estimand, row: Mapping[Any, Any], key: str) -> str:
    scale, unit = (100.0, " points") if asked.unit == "share" else (1.0, "")
    middle, low, high = (scale * float(row[one]) for one in (key, f"{key}_low", f"{key}_high"))
    write = alike(low, high)
    sign = "+" if middle > 0 else ""
    return f"{asked.label} {sign}{write(middle)}{unit} (95 %: {between(low, high, write)})"


def _table(found: Confirmation) -> Part:
    head = [""]
    for goal in found.search.goals:
        head += [f"{estimand(goal.question).label}, in the search", "on fresh cases", "95 %"]
    rows: list[list[object]] = []
    for name in found.candidates:
        mine = found.table[found.table["name"] == name]
        cells: list[object] = [name]
        for goal in found.search.goals:
            row = mine[mine["goal"] == goal.question].iloc[0]
            made, write = (share, percent) if estimand(goal.question).unit == "share" else (cell, figure)
            cells += [made(row["searched"]), made(row["value"]), span(row["low"], row["high"], write)]
        rows.append([*cells, "no" if name in found.failed else "yes"])
    judged = found.search.across.judged_by if found.search.plan else "mean"
    title = f"The front ({judged}), {counted(found.cases, 'fresh case' if found.search.plan else 'run')}"
    return folded(grid(title, (*head, "held"), rows), 16)


def _listed(found: Confirmation) -> list[Part]:
    """Return what each plan or world is, and what the plans may react to."""
    if not found.candidates:
        return []
    plan = found.search.plan
    lines = [f"{sentence(name)}: {_words(found, name)}." for name in found.candidates]
    parts: list[Part] = [Heading("The plans" if plan else "The worlds"), Points(tuple(lines))]
    if plan is not None and plan.when:
        world = load().world
        sights = [f"{name.replace('_', ' ')} ({world[name].meaning})" for name in plan.when]
        parts.append(Text(f"What a plan may react to: {'; '.join(sights)}.", "note"))
    return parts


def _words(found: Confirmation, name: str) -> str:
    plan = found.search.plan
    return spoken(found.candidates[name], plan is not None and len(plan.actors) > 1)


def spoken(candidate: Candidate, several: bool = False) -> str:
    """Return a plan in words: when, what is done, until when; or a world by its values.

    Parameters
    ----------
    several
        Whether it is a plan of several actors, who are named then.
    """
    if "commitments" not in candidate:
        shown = [f"{name.replace('_', ' ')} {value}" for name, value in candidate.items()][:MOST_VALUES]
        more = len(candidate) - MOST_VALUES
        return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    words = []
    for one in candidate["commitments"]:
        text = f"once {conditions.text(When(**one['when']))}" if "when" in one else "from the start"
        whose = f"{one['actor'].capitalize()} is to " if several else ""
        text += f", {whose}{deed(one['actor'], one['instrument'], one['insist'])}"
        if "until" in one:
            text += f", until {conditions.text(When(**one['until']))}, time and again"
        words.append(text)
    return "; ".join(words)


def _switching(study: Study) -> list[Part]:
    table = pathways(study)
    if table.empty:
        return []
    start = study.experiment.variant(study.setup.choices[0], study.setup.settings[0]).start
    first = [
        f"{sentence(words)} ({plan}): begins in {percent(pictures.begun(mine))} of runs"
        for plan, words, mine in pictures.branches(table)
    ]
    return [
        drawn(
            lambda: pictures.pathways(table, start),
            f"When plans switch and where their runs end. {'; '.join(first)}.",
            "Map of pathways: in which half-year a commitment that waits began (never: it did not), as a "
            "share of runs, and the class in which those runs ended. Runs of the fresh cases, made again.",
        )
    ]


def _rules(study: Study, found: Confirmation) -> list[Part]:
    """Return the rules without which the leading plan would do less or more."""
    if (name := found.leading) is None:
        return []
    rows = found.table[found.table["name"] == name]
    worth = rows["added"].to_numpy(np.float64) * rows["goal"].map(found.scale).to_numpy(np.float64)
    asked = estimand(str(rows["goal"].iloc[int(np.nanargmax(worth))]))
    rules = working(study, name, asked)
    title = f"Rules that make {name} work: what each adds to its effect on the {asked.label}"
    if not rules:
        words = (
            f"No rule alone carries the effect of {name} on the {asked.label} beyond chance "
            f"({PAIRS} pairs of runs with each rule off)."
        )
        return [Text(words, "note")]
    unit = 100.0 if asked.unit == "share" else 1.0
    made = [
        (
            one.rule.id,
            marks(one.rule.paragraphs),
            one.rule.claim,
            *estimate(unit * one.effect, unit * one.low, unit * one.high),
        )
        for one in rules[:8]
    ]
    points = "points" if asked.unit == "share" else asked.unit
    return [
        grid(title, ("rule", "¶", "claim", points, "95 % for all rules together"), made),
        Text(
            f"The effect with every rule less the effect with this one off; {PAIRS} pairs of runs each.",
            "note",
        ),
    ]


def _range(values: Any, write: Any) -> str:
    low, high = write(float(values.min())), write(float(values.max()))
    return low if low == high else between(float(values.min()), float(values.max()), write)

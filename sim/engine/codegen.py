"""Generate the ensemble's week from the registry: the same functions the Mesa agents call, unrolled.

Nothing of the model is restated here. What is generated is the order of calls, which field goes
where, and the products of the appraisal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.model.declare import Clause, Rule
from sim.model.provenance import Quantity
from sim.model.registry import Model

HEADER = '''"""Generated from the registry; do not edit."""

import math

import numpy as np

from sim.engine.compiler.kernels import kernel
from sim.engine.conditions import commit
from sim.engine.events import begin_events, end_events, fill_base, lay_changes, move_bases, settle_events
from sim.engine.randomness import fill
from sim.model.maths import clip
'''


class _Names:
    """Functions of the model, imported under names of their own."""

    def __init__(self) -> None:
        self.imports: dict[str, str] = {}

    def __call__(self, function: Callable[..., Any]) -> str:
        place = function.__module__.replace(".", "_")
        alias = f"{place}__{function.__name__}"
        self.imports[alias] = f"from {function.__module__} import {function.__name__} as {alias}"
        return alias


def estimates(model: Model, actor: str) -> list[Quantity]:
    """Return what an actor perceives with noise and delay, in the order of its noise columns."""
    return [q for q in model.perceived(actor) if q.estimated and q.owner != actor]


def estimate_span(quantity: Quantity) -> float:
    """Return the scale of an estimate's noise: its plausible range, or a tenth where it starts at zero."""
    width = quantity.plausible[1] - quantity.plausible[0]
    return width if width > 0.0 else 0.1


def weight_product(model: Model, rule: Rule, part: Clause) -> str:
    """Write the factors that scale every cell of a clause in an appraisal."""
    return f"p.{rule.strength} * p.{model.weight(rule, part)}"


def source(model: Model) -> str:
    """Return the text of the generated module."""
    names = _Names()
    parts: list[str] = []
    for actor in model.actors:
        parts += [_perceive(model, actor), _appraise(model, actor, names)]
    parts += [_act(model, names), _drive(model, names), _processes("before", model.before_opinion, names)]
    parts += [_processes("after", model.after_opinion, names), _fade(model), _bounds(model), _choose(model)]
    parts.append(_run(model, names))
    return "\n".join([HEADER, *sorted(names.imports.values()), "", *parts])


def _function(head: str, lines: list[str]) -> str:
    body = "\n".join("    " + line for line in lines or ["pass"])
    return f"\n\ndef {head}:\n{body}\n"


def _perceive(model: Model, actor: str) -> str:
    lines = []
    columns = {q.name: k for k, q in enumerate(estimates(model, actor))}
    for q in model.perceived(actor):
        if q.name in columns:
            value = f"late.{q.name} + (p.perception_noise * {estimate_span(q)!r}) * z[{columns[q.name]}]"
            lines.append(f"seen.{q.name} = clip({value}, {_number(q.low)}, {_number(q.high)})")
        else:
            lines.append(f"seen.{q.name} = last.{q.name}")
    return _function(f"perceive_{actor}(seen, last, late, p, z)", lines)


def _number(x: float) -> str:
    if x == float("inf"):
        return "math.inf"
    return "-math.inf" if x == float("-inf") else repr(x)


def _appraise(model: Model, actor: str, names: _Names) -> str:
    lines, closing = [], []  # nothing is stored before the end, so that what was read stays in registers
    place: dict[str, int] = {}
    number = 0
    for instrument in model.instruments:
        for option in instrument.options:
            if instrument.actor == actor:
                place[option.key] = number
                lines.append(f"u{number} = p.{option.base}")
                if option.open_when is not None:
                    lines.append(f"o{number} = 1 if {names(option.open_when)}(seen, p) else 0")
                    closing.append(f"opened[{number}] = o{number}")
            number += 1
    for rule, part in model.appraising(actor):
        lines.append(f"i = {names(part.function)}(seen, p)")
        lines.append(f"f = {weight_product(model, rule, part)}")
        for push in part.pushes:
            sign = "+" if push.sign > 0 else "-"
            lines.append(f"u{place[push.target]} {sign}= f * p.{push.size} * i")
    lines += [*closing, *(f"u[{number}] = u{number}" for number in place.values())]
    return _function(f"appraise_{actor}(seen, p, u, opened)", lines)


def edges(model: Model) -> list[tuple[int, int]]:
    """Return the first option of each instrument and the first of the next, as options are numbered."""
    found, first = [], 0
    for instrument in model.instruments:
        found.append((first, first + len(instrument.options)))
        first += len(instrument.options)
    return found


def _choose(model: Model) -> str:
    found = edges(model)
    picks = [
        f"chosen[{k}] = pick(EDGES[{k}], EDGES[{k + 1}], u, opened, allowed, luck)" for k in range(len(found))
    ]
    return (
        f"\n\nEDGES = np.array({[0, *(last for _, last in found)]})\n"
        f"\n\ndef pick(first, last, u, opened, allowed, luck):"
        + """
    best = first
    high = -math.inf
    for o in range(first, last):
        free = opened[o] * allowed[o]
        value = u[o] + luck[o] if free == 1 else (math.inf if free == 2 else -math.inf)
        if value > high:
            high = value
            best = o
    return best
"""
        + _function("choose(u, opened, allowed, luck, chosen)", picks)
    )


def _act(model: Model, names: _Names) -> str:
    lines = []
    number = 0
    for k, instrument in enumerate(model.instruments):
        for option in instrument.options:
            if option.function is not None:
                lines += [f"if chosen[{k}] == {number}:", f"    {names(option.function)}(world, p)"]
            number += 1
    return _function("act(world, p, chosen)", lines)


def _drive(model: Model, names: _Names) -> str:
    lines = [f"{name} = 0.0" for name in model.drives]
    for rule, part in model.driving():
        lines.append(f"i = {names(part.function)}(world, p)")
        for push in part.pushes:
            sign = "+" if push.sign > 0 else "-"
            lines.append(f"{push.target} {sign}= p.{rule.strength} * p.{push.size} * i")
    lines += [f"drive.{name} = {name}" for name in model.drives]
    return _function("drive_all(world, p, drive)", lines)


def _processes(name: str, processes: tuple[Callable[..., None], ...], names: _Names) -> str:
    arguments = "(world, p, drive, draw)"
    return _function(name + arguments, [names(one) + arguments for one in processes])


def _fade(model: Model) -> str:
    lines = []
    for q in model.world.values():
        if q.fades is not None:
            rest = f"p.{q.rests}" if q.rests else "0.0"
            lines.append(f"world.{q.name} = {rest} + (world.{q.name} - {rest}) * (1.0 - p.{q.fades})")
    return _function("fade(world, p)", lines)


def _bounds(model: Model) -> str:
    low = ", ".join(_number(q.low) for q in model.world.values())
    high = ", ".join(_number(q.high) for q in model.world.values())
    head = f"\n\nLOW = np.array([{low}])\nHIGH = np.array([{high}])\n".replace("math.inf", "np.inf")
    return head + _function(
        "broken(flat)",
        [
            "out = 0",
            "for v in range(len(flat)):",
            "    out += 0 if LOW[v] <= flat[v] <= HIGH[v] else 1",
            "if out > 0:",
            "    for v in range(len(flat)):",
            "        if not (LOW[v] <= flat[v] <= HIGH[v]):",
            "            return v",
            "return -1",
        ],
    )


def _run(model: Model, names: _Names) -> str:
    order, actors = model.week, []
    for a, actor in enumerate(model.actors):
        actors += [
            f"perceive_{actor}(seen[{a}], traj[week - 1], traj[late], p, looks[{a}][week])",
            f"appraise_{actor}(seen[{a}], p, utility, opened)",
        ]
    return f'''

def copy(out, values):
    """Copy as many values as `out` holds."""
    for i in range(len(out)):
        out[i] = values[i]


@kernel
def prepare(seed, replicate, case, chance, records, events, commitments, society):
    """Set the start of one run, draw its chance (unless the run before had the same) and its society."""
    p_flat = records.p_flat
    copy(p_flat, case)
    copy(events.p_base, case)
    copy(records.flat[0], case[len(p_flat):])
    events.active[:] = 0
    events.until[:] = 0
    events.armed[:] = 1
    events.due[:] = 0
    events.held[:] = 0
    events.begun[:] = 0
    events.first[:] = 0
    commitments.held[:] = 0
    commitments.holds[:] = 0
    commitments.ended[:] = 0
    records.failure[:] = 0
    if chance.drawn[0] != replicate:
        fill(seed, chance.hashes, chance.laws, replicate, 0, 0, chance.words, chance.line, chance.weekly)
        if society.circles.shape[1] > 0:
            fill(seed, chance.society_hashes, chance.society_laws, replicate, 0, 0, chance.words, chance.line,
                 chance.society)
        chance.drawn[0] = replicate
    {names(order.SOCIETY)}(records.traj[0], records.pars[0], society, chance.society)
    {names(order.BEGIN)}(records.traj[0])
    copy(records.world, records.flat[0])
    copy(events.base, records.flat[0])


@kernel
def resume(r, seed, replicate, branch, until, left, chance, records, choice, events, carried):
    """Put a run back into the state in which it was left, and draw what is to come."""
    begun = left.past.shape[1] - 1
    for week in range(begun + 1):
        copy(records.flat[week], left.past[r, week])
        copy(choice.chosen[week], left.chosen[r, week])
    for k in range(len(carried)):
        copy(carried[k], left.rows[k][r])
    copy(records.world, events.base)
    copy(records.p_flat, events.p_base)
    events.active[:] = 0
    if begun > 0:
        lay_changes(begun, events, records.world, records.p_flat)
    first = 8 * ((begun + 1) // 8)
    if chance.drawn[0] != replicate:
        fill(seed, chance.hashes, chance.laws, replicate, branch, first, chance.words, chance.line,
             chance.weekly[first:until + 1])
        chance.drawn[0] = replicate


@kernel
def leave(r, left, records, choice, events, carried):
    """Keep the state of a run: its past, and what later weeks read."""
    fill_base(events, records.world)
    for week in range(left.past.shape[1]):
        copy(left.past[r, week], records.flat[week])
        copy(left.chosen[r, week], choice.chosen[week])
    for k in range(len(carried)):
        copy(left.rows[k][r], carried[k])


@kernel
def move_citizens(records, society):
    """Move every citizen by one week: the way of the Mesa driver into the compiled population."""
    {names(order.OPINION)}(records.worlds[0], records.pars[0], records.drives[0], society)


@kernel
def run_many(first, last, seed, request, chance, records, choice, events, commitments, society, carried):
    """Run from number `first` up to `last` (excluded), and keep of each what is asked for."""
    begun, until = request.begun, request.until
    traj, flat, world, p_flat, failure = (records.traj, records.flat, records.world, records.p_flat,
                                          records.failure)
    draws, seen, looks = records.draws, choice.seen, choice.luck_seen
    utility, opened, chosen = choice.utility, choice.opened, choice.chosen
    ladders, kept = request.ladders, request.kept
    w, spare = records.worlds[0], records.worlds[1]
    p = records.pars[0]
    drive = records.drives[0]
    busy = len(events.plan.op) > 0
    bound = len(commitments.plan.number) > 0
    for r in range(first, last):
        if begun < 0:
            case = request.cases[request.which[r]]
            prepare(seed, request.replicates[r], case, chance, records, events, commitments, society)
        else:
            resume(r, seed, request.replicates[r], request.branch, until, request.since, chance, records,
                   choice, events, carried)
        for week in range(max(begun, 0) + 1, until + 1 if failure[0] == 0 else 0):
            if busy:
                begin_events(week, events, flat[week - 1], w, world, p_flat, society)
            late = min(max(week - 1 - int(p.perception_delay), 0), week - 1)
{chr(10).join(12 * " " + line for line in actors)}
            if bound:
                commit(week, commitments, flat[week - 1], choice.allowed[week])
            choose(utility, opened, choice.allowed[week], choice.luck[week], chosen[week])
            if busy:
                move_bases(act, events, world, spare, p, chosen[week])
            act(w, p, chosen[week])
            drive_all(w, p, drive)
            if busy:
                move_bases(before, events, world, spare, p, drive, draws[week])
            before(w, p, drive, draws[week])
            {names(order.OPINION)}(w, p, drive, society)
            if busy:
                move_bases(after, events, world, spare, p, drive, draws[week])
            after(w, p, drive, draws[week])
            if busy:
                settle_events(events, world)
            fade(w, p)
            if busy:
                end_events(week, events, world, p_flat)
            copy(flat[week], world)
            bad = broken(world)
            if bad >= 0:
                failure[0] = week
                failure[1] = bad
                break
        sound = until + 1 if failure[0] == 0 else failure[0]
        flat[sound:, :] = np.nan
        if sound == traj.shape[0]:
            {names(order.SUMMARY)}(traj, records.out[0])
            copy(request.outcomes[r], records.out_flat)
        else:
            request.outcomes[r, :] = np.nan
        copy(request.began[r], events.first)
        copy(request.failures[r], failure)
        if request.left.past.shape[0] > 0:
            leave(r, request.left, records, choice, events, carried)
        for ladder in range(len(request.rungs)):
            rung = request.rungs[ladder]
            for week in range(ladders.shape[1]):
                ladders[r, week, ladder] = np.int8(flat[week, rung]) if week < sound else np.int8(-1)
        for k in range(len(request.columns)):
            for week in range(kept.shape[1]):
                kept[r, week, k] = flat[week, request.columns[k]]
'''

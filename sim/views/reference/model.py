"""Pages on what is in the model: rules, menus, world, parameters, processes, and the matrix of paragraphs."""

from __future__ import annotations

from sim.analysis.article.declared import CLAIMS
from sim.engine.codegen import estimates
from sim.model import screened
from sim.model.declare import Clause, Rule
from sim.model.fields import fields_written
from sim.model.population import OPINIONS
from sim.model.processes.start import begin
from sim.model.registry import load
from sim.scenario.catalogue import reading_names
from sim.scenario.loading import scenarios
from sim.scenario.readings import reading
from sim.views.numbers import marks
from sim.views.reference import uses
from sim.views.reference.laws import NOTATION, law
from sim.views.reference.markdown import code, default, exact, moves, number, page, said, source, table

PARAGRAPHS = range(1, 20)


def rules() -> str:
    """Return the page of all rules: claim, paragraphs, what each reads and pushes."""
    model = load()
    overview = table(
        ("rule", "", "¶", "actor", "concern", "claim"),
        [
            (
                f"[{one.id}](#{one.id.lower()})",
                one.name,
                marks(one.paragraphs),
                one.actor,
                one.concern,
                one.claim,
            )
            for one in model.rules.values()
        ],
    )
    return page(
        "Rules",
        "A rule is an intensity, which is never negative, and a row of pushes. A push adds strength × weight of the "
        "concern × size × intensity, with its sign, to the utility of an option, or strength × size × intensity to a "
        "drive that a process takes up. Paragraphs are those of the article; – marks a judgement of our own. A rival "
        "reading has strength 0 until a reading switches it on.",
        NOTATION,
        overview,
        *(_rule(one) for one in model.rules.values()),
    )


def _rule(rule: Rule) -> str:
    facts = [
        f"## {rule.id}",
        f"**{rule.name}** ({marks(rule.paragraphs)}). {rule.claim}",
        f"Actor: {rule.actor}. Concern: {rule.concern}. Strength: `{rule.strength}`."
        + (f" Rival of [{rule.rival_of}](#{rule.rival_of.lower()})." if rule.rival_of else "")
        + (f" Source: {source(rule.source)}." if rule.source else ""),
    ]
    tested = [one for one in CLAIMS if rule.id in one.rests_on]
    if tested:
        facts.append(f"Claims of the article that could rest on it: {', '.join(one.id for one in tested)}.")
    return "\n\n".join([*facts, *(_clause(rule, one) for one in rule.clauses)])


def _clause(rule: Rule, clause: Clause) -> str:
    model = load()
    lines = [f"`{clause.function.__name__}`: {said(clause.function)}"]
    if clause.takes == "seen":
        lines.append(f"In the appraisal of {clause.actor}, with the weight `{model.weight(rule, clause)}`.")
    else:
        lines.append("Pushes processes, by the world as it is.")
    if clause.reads:
        lines.append(f"Rises with {code(clause.rises_with)}, falls with {code(clause.falls_with)}.")
    pushes = table(
        ("pushes", "sign", "size", "at the defaults"),
        [
            (
                f"`{push.target}`",
                "+" if push.sign > 0 else "−",
                f"`{push.size}`",
                exact(model.parameters[push.size].default),
            )
            for push in clause.pushes
        ],
        ("at the defaults",),
    )
    return "\n\n".join([" ".join(lines), law(clause.function), pushes])


def menus() -> str:
    """Return the page of actors, instruments and options."""
    model = load()
    parts = []
    for actor in dict.fromkeys(one.actor for one in model.instruments):
        parts.append(f"## {actor.capitalize()}")
        perceived = model.perceived(actor)
        noisy = [one.name for one in estimates(model, actor)]
        plain = [one.name for one in perceived if one.name not in noisy]
        parts.append(f"Perceives {code(plain)}; with noise and late, {code(noisy)}.")
        rows = []
        for instrument in model.instruments_of(actor):
            for option in instrument.options[1:]:
                opened = said(option.open_when) if option.open_when is not None else "always"
                rows.append(
                    (
                        instrument.name,
                        f"`{option.name}`",
                        option.meaning,
                        code(option.moves),
                        option.inverse,
                        opened,
                        f"`{option.base}` {exact(model.parameters[option.base].default)}",
                        marks(option.paragraphs),
                    )
                )
        parts.append(
            table(("instrument", "option", "what it is", "moves", "undone by", "open", "base", "¶"), rows)
        )
        for instrument in model.instruments_of(actor):
            for option in instrument.options[1:]:
                parts.append(f"### {actor}: {option.key}")
                if option.open_when is not None:
                    parts += ["Open where:", law(option.open_when)]
                assert option.function is not None
                parts.append(law(option.function))
    return page(
        "Actors and what they can do",
        "One choice for each instrument and week. `hold`, which leaves things as they are, is on every instrument and "
        "has the standing utility `inertia`. The option with the largest utility plus luck is taken, among those that "
        "are open and not avoided by a commitment ([the week](processes.md#3-appraise)).",
        NOTATION,
        *parts,
    )


def world() -> str:
    """Return the page of the world: every variable, drive and draw."""
    model = load()
    moved = uses.of_variables()
    set_at_start = {
        name for name, one in model.world.items() if one.derived and name.split("_")[0] in OPINIONS
    }
    set_at_start |= fields_written(begin) & {name for name, one in model.world.items() if one.derived}
    rows = []
    for one in model.world.values():
        span = "computed" if one.derived else f"{number(one.plausible[0])} to {number(one.plausible[1])}"
        rows.append(
            (
                f"`{one.name}`",
                one.meaning,
                one.unit,
                "[set](processes.md#0-the-start)" if one.name in set_at_start else default(one),
                span,
                f"{number(one.low)} to {number(one.high)}",
                _known(one.known_to, one.estimated),
                "; ".join(moved[one.name]) or "–",
                source(one.source),
            )
        )
    head = (
        "variable",
        "meaning",
        "unit",
        "at the start",
        "plausible",
        "bounds",
        "perceived by",
        "moved by",
        "source",
    )
    drives = table(
        ("drive", "meaning", "unit", "pushed by"),
        [
            (
                f"`{one.name}`",
                one.meaning,
                one.unit,
                ", ".join(
                    rule.id for rule, part in model.driving() if one.name in {p.target for p in part.pushes}
                )
                or "–",
            )
            for one in model.drives.values()
        ],
    )
    draws = table(
        ("draw", "meaning", "law"),
        [(f"`{one.name}`", one.meaning, one.spread) for one in model.draws.values()],
    )
    return page(
        "The world",
        "The state of one run at the end of a week. A scenario may set any value at the start that is not computed, "
        "within its bounds; studies draw from the plausible range.",
        table(head, rows, ("at the start",)),
        "## Drives",
        "Channels through which rules push processes; nothing at the start of each week.",
        drives,
        "## Draws of chance",
        "One addressed draw a week each, beside one Gumbel draw for each option, one normal draw for each estimate of "
        "each actor, and one uniform draw for each event of a storyline.",
        draws,
    )


def _known(known: tuple[str, ...], estimated: bool) -> str:
    return (", ".join(known) or "nobody") + (" (estimated)" if estimated and known else "")


def parameters() -> str:
    """Return the page of all parameters, by the module that declares them."""
    model, used = load(), uses.of_parameters()
    parts = []
    for title, names in uses.groups(model):
        rows = []
        for one in (model.parameters[name] for name in names):
            rows.append(
                (
                    f"`{one.name}`",
                    one.meaning,
                    one.unit,
                    default(one),
                    f"{number(one.plausible[0])} to {number(one.plausible[1])}"
                    + (" (log)" if one.spread == "log-uniform" else ""),
                    source(one.source),
                    moves(one),
                    "; ".join(used[one.name]) or "–",
                )
            )
        parts += [
            f"## {title}",
            table(
                ("parameter", "meaning", "unit", "default", "plausible", "source", "moves most", "used by"),
                rows,
                ("default",),
            ),
        ]
    grades = {
        grade: sum(one.source.grade == grade for one in model.parameters.values())
        for grade in ("article", "public", "literature", "judgement")
    }
    counted = ", ".join(f"{n} {grade}" for grade, n in grades.items())
    parts += [
        "## Constants",
        "Numbers of a form that are not in doubt: certain by decision, the same in every run.",
        table(
            ("constant", "meaning", "unit", "value", "used by", "source"),
            [
                (
                    f"`{name}`",
                    one.meaning,
                    one.unit,
                    exact(float(one)),
                    "; ".join(uses.of_constants()[name]) or "–",
                    source(one.source),
                )
                for name, one in model.constants.items()
            ],
            ("value",),
        ),
    ]
    return page(
        "Parameters",
        f"{len(model.parameters)} parameters by grade of evidence: {counted}. A scenario may set any of them. "
        f"{len(screened.moving())} parameters and initial values are uncertain over their plausible ranges, each with the "
        f"outcome it moves most; {len(screened.fixed())} move none and stay at their defaults (screening over the region: "
        "total indices, Monte Carlo noise removed).",
        *parts,
    )


def matrix() -> str:
    """Return the matrix paragraph × rule × claim × parameter, and what rests on no paragraph."""
    model = load()
    quantities = {**model.world, **model.parameters}
    readings = [reading(name) for name in reading_names()]
    rows, bare, untested = [], [], []
    for n in PARAGRAPHS:
        here = [one for one in model.rules.values() if n in one.paragraphs]
        claims = [one.id for one in CLAIMS if n in one.paragraphs]
        numbers = [one.name for one in quantities.values() if n in one.source.paragraphs]
        behind = dict.fromkeys(name for one in here for name in one.parameters if name not in numbers)
        options = [
            f"{option.actor} {option.key}"
            for one in model.instruments
            for option in one.options
            if n in option.paragraphs
        ]
        if not (here or numbers or options):
            bare.append(n)
        if not claims:
            untested.append(n)
        rows.append(
            (
                f"¶{n}",
                ", ".join(f"[{one.id}](rules.md#{one.id.lower()})" for one in here) or "–",
                ", ".join(claims) or "–",
                code(options),
                code(numbers),
                len(behind),
                ", ".join(one.name for one in readings if n in one.paragraphs) or "–",
            )
        )
    head = ("", "rules", "claims", "options", "figures taken from it", "parameters of its rules", "readings")
    judged = [one for one in model.rules.values() if not one.paragraphs]
    return page(
        "Paragraphs, rules, claims, parameters",
        "What rests on each paragraph of the article: rules, causal claims that are checked as experiments "
        "(`panj claims`), options, values whose source it is, how many further parameters its rules use, readings that "
        "turn on it.",
        table(head, rows, ("parameters of its rules",)),
        "**No rule, option or figure rests on:** "
        + (marks(bare) if bare else "none of them; every paragraph is used.")
        + "  \n**No claim checks:** "
        + (marks(untested) if untested else "none of them; every paragraph is checked."),
        "## Claims",
        table(
            ("claim", "¶", "in words", "kind", "could rest on"),
            [(one.id, marks(one.paragraphs), one.claim, one.kind, ", ".join(one.rests_on)) for one in CLAIMS],
        ),
        "## Rules without a paragraph",
        table(
            ("rule", "claim", "source"),
            [(one.id, one.claim, source(one.source)) for one in judged if one.source],
        ),
        "## Rules that no claim could rest on",
        ", ".join(
            one.id for one in model.rules.values() if not any(one.id in each.rests_on for each in CLAIMS)
        )
        or "None.",
        "## Readings",
        table(
            ("reading", "¶", "in words", "sets"),
            [
                (
                    one.name,
                    marks(one.paragraphs),
                    one.claim,
                    ", ".join(f"`{k}` {number(v)}" for k, v in one.parameters.items()) or "nothing",
                )
                for one in readings
            ],
        ),
        "## Storylines",
        table(
            ("storyline", "title", "question"),
            [(f"`{one['name']}`", one["title"], one["question"]) for one in scenarios()],
        ),
    )

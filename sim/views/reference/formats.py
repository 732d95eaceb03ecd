"""The page on files: what a storyline, an experiment, a result may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.model.outcomes import OUTCOMES
from sim.study.ensemble import store
from sim.study.experiment import laws
from sim.study.experiment.jsonschema import schema
from sim.study.results.result import Result
from sim.study.tables import PARTS
from sim.views.reference.markdown import cell, code, page, said, table

TABLES = {
    "outcomes": "one row a run",
    "changes": "one row a change of rung: case, replicate, week, ladder, from, to; -1 after a failure",
    "outcomes_at_defaults": "the same for the runs at the defaults, where `outcomes` holds others",
    "changes_at_defaults": "the same for the runs at the defaults",
    "quantiles": "by part, charted variable and week: q05 to q95, mean, runs",
    "design": "one row a case: the value of everything that varies",
    "readings": "shares of classes under every reading of the article",
}


def formats() -> str:
    """Return the page of formats."""
    scenario, experiment = schema("scenario"), schema("experiment")
    uncertain = experiment["properties"]["uncertainties"]["properties"]
    event = scenario["properties"]["events"]["items"]
    change = next(one for name, one in scenario["$defs"].items() if name.startswith("change_"))
    commitment = scenario["properties"]["commitments"]["items"]["oneOf"][0]
    rule = next(one["items"] for one in scenario["properties"]["rules"]["oneOf"] if "items" in one)
    columns = [
        ("case", "number of the case; 0 is the scenario's own values in a result of `panj run`"),
        ("replicate", "which randomness; equal numbers share it"),
        ("part", f"{' or '.join(PARTS)}; only in a result of `panj run`"),
        *((name, one.meaning) for name, one in OUTCOMES.items()),
        ("failure", "why the run failed; missing where it is sound"),
    ]
    return page(
        "Formats",
        "For completion, units on hover and marks under mistakes in an editor: `panj schema scenario > "
        "scenario.schema.json` (or `experiment`, `reading`) beside the file, and as its first line "
        "`# yaml-language-server: $schema=./scenario.schema.json`. Files are YAML 1.2 (`on` is a word, not a truth value) without aliases, tags or "
        "directives; a file never runs code.",
        "## Storyline",
        _keys(scenario),
        "### Event",
        "When it happens: one of `on`, `when`, `hazard`.",
        _keys(event),
        "### Condition of an event",
        _keys(scenario["$defs"]["condition"]),
        "### Change",
        "Exactly one of:",
        _keys(change),
        "### Commitment",
        _keys(
            {
                **commitment,
                "properties": {
                    **commitment["properties"],
                    "actor": {"type": "string", "description": "who binds itself"},
                    "instrument": {"type": "string", "description": "with which instrument"},
                    "avoid": {"type": "array", "description": "options it does not take"},
                    "insist": {
                        "type": "string",
                        "description": "an option it takes in every week in which it is open",
                    },
                },
            }
        ),
        "### Rule of one's own",
        "A file for `--rules` holds `panj`, `title` and such `rules`, and nothing else.",
        _keys(rule),
        "Intensity, exactly one of the forms:",
        _keys(scenario["$defs"]["intensity"]),
        "Push:",
        _keys(rule["properties"]["pushes"]["additionalProperties"]),
        "## Experiment",
        _keys(experiment),
        "### Design",
        table(
            ("method", "what it is", "takes"),
            [
                (
                    f"`{one['properties']['method']['const']}`",
                    one["properties"]["method"]["description"],
                    code(name for name in one["properties"] if name != "method"),
                )
                for one in experiment["properties"]["design"]["oneOf"]
            ],
        ),
        "### Uncertainties",
        "Any parameter or initial value by its name, with a law: "
        + "; ".join(f"`{name}` {cell(what)}" for name, what in laws.TAKES.items())
        + "; a bare list is `discrete`. Beside them:",
        _keys({"properties": {name: one for name, one in uncertain.items() if "$ref" not in one}}),
        "### Trajectories",
        _keys(experiment["properties"]["trajectories"]),
        "### Constraint",
        _keys(experiment["properties"]["constraints"]["items"]),
        "## Result folder",
        f"`{store.NAME}` says what it is: canonical scenario or experiment with its hash and the reasons of its events, seed, versions, checksums, and in an ensemble what each case weighs if the article is right. "
        f"{said(Result)} A sweep keeps `outcomes` and `changes` as folders of parts.",
        table(
            ("table", "file", "rows"),
            [(name, f"`{file}`", TABLES[name]) for name, file in store.FILES.items()],
        ),
        "### Columns of outcomes",
        table(("column", "holds"), [(f"`{name}`", what) for name, what in columns]),
        "A first week that never came is infinite, so `first_escalation_3 <= 20`, its negation and `> 20` count such a "
        "run as it is: later than any week. In CSV it is written `1e999`, which pandas, DuckDB, polars and R read as "
        "infinite; in a condition it is called `never`. Only failed runs have missing cells.",
        "### Names of runs",
        "A run is named CASE:REPLICATE, as in these columns; a number alone is that replicate of case 0. `panj explain "
        "DIR --run 0:17` runs it again.",
    )


def _keys(one: Mapping[str, Any]) -> str:
    needed = set(one.get("required", ()))
    return table(
        ("key", "type", "required", "meaning"),
        [
            (f"`{name}`", _type(what), "yes" if name in needed else "", what.get("description", ""))
            for name, what in one["properties"].items()
        ],
    )


def _type(one: Mapping[str, Any]) -> str:
    kind = one.get("type")
    if kind is not None:
        return " or ".join(kind) if isinstance(kind, list) else str(kind)
    if "const" in one:
        return repr(one["const"])
    if "enum" in one:
        return "one of: " + code(map(str, one["enum"])) if len(one["enum"]) <= 12 else "a name"
    if {"enum", "items"} <= {key for part in one.get("oneOf", ()) for key in part}:
        return " or ".join(_type(part) for part in one["oneOf"])
    if "$ref" in one or "oneOf" in one:
        return "object"
    return "one of several forms" if "anyOf" in one else "object"

"""A box of conditions as an experiment file: fresh points and fresh chance inside it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.analysis.deciding.boxes import Box, Limit
from sim.errors import ScenarioError
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario, with_reasons
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.laws import Law
from sim.study.files import DISK, put

#: Fewest cases that a check on fresh points is worth making with.
FEWEST = 100


def texts(
    experiment: Experiment,
    box: Box,
    condition: str,
    path: Path,
    source: str,
    conditions: Mapping[str, str] = MappingProxyType({}),
) -> dict[Path, str]:
    """Return the files that run an experiment again inside a box: its own, and storylines not shipped.

    The laws of what varies stay as they were, cut to the box; the seed is the next one, so that points
    and chance are new.

    Parameters
    ----------
    path
        Where the experiment is to be written; storylines go beside it.
    source
        The study it was found in, as the file's comment names it.
    conditions
        The alternative of each condition of the experiment under which it was found.
    """
    found: dict[Path, str] = {}
    limits = {one.name: one for one in box.limits}
    names = {name: _named(name, spec, path, found) for name, spec in experiment.scenarios.items()}
    uncertain: dict[str, Any] = {}
    constraints = [one.plain() for one in experiment.constraints]
    for name, law in experiment.laws.items():
        made, extra = cut(law, limits.get(name), name)
        if name == "scenario":
            made = {
                key: [names[one] for one in value] if key == law.kind else value
                for key, value in made.items()
            }
        uncertain[name] = made
        constraints += extra
    data: dict[str, Any] = {
        "panj": 1,
        "title": f"Inside the box of {experiment.title}"[:190],
        "question": f"Does it hold on fresh points that {condition}?",
    }
    if "scenario" not in experiment.laws:
        data["scenario"] = next(iter(names.values()))
    for key in ("weeks", "citizens"):
        if getattr(experiment, key) is not None:
            data[key] = getattr(experiment, key)
    cases = max(box.fit.all_cases // len(experiment.policies), FEWEST)
    data["design"] = {"method": "lhs", "size": min(cases, 1000)}
    data["replicates"] = experiment.replicates
    data["seed"] = experiment.seed + 1
    if uncertain:
        data["uncertainties"] = uncertain
    if experiment.conditions:
        data["conditions"] = {
            name: {one: experiment.conditions[name][one]} for name, one in conditions.items()
        }
    if experiment.levers:
        data["levers"] = {
            lever: {
                name: piece
                for name, piece in alternatives.items()
                if lever not in limits or name in limits[lever].names
            }
            for lever, alternatives in experiment.levers.items()
        }
    if constraints:
        data["constraints"] = constraints
    if experiment.outcomes:
        data["outcomes"] = list(experiment.outcomes)
    low, high = (box.fresh or box.fit).interval
    density, coverage = (f"{100 * one:.0f} %" for one in (box.fit.density, box.fit.coverage))
    comments = [
        f"A box found in {source}: {condition}",
        *(f"  {one}" for one in box.limits),
        f"There, {density} of {box.fit.inside} cases met it ({coverage} of all that do).",
        f"Expect {100 * low:.0f} to {100 * high:.0f} % of the cases of this file to meet it; check with:",
        f"panj sweep {path.name}, then panj discover on its folder with the same --where",
    ]
    head = "".join(f"# {_line(one)}\n" for one in comments)
    found[path] = head + dump(data)
    return found


def _line(words: str) -> str:
    """Return words on one line, so that nothing slips out of a comment."""
    return " ".join(words.split())


def cut(law: Law, limit: Limit | None, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a law inside a limit as a file says it, and the constraints that say what a law cannot."""
    plain = law.plain()
    if limit is None:
        return plain, []
    if law.names:
        kept = [k for k, one in enumerate(law.names) if one in limit.names]
        return _chosen(law, [law.names[k] for k in kept], kept), []
    low = law.span[0] if limit.low is None else max(limit.low, law.span[0])
    high = law.span[1] if limit.high is None else min(limit.high, law.span[1])
    if law.kind == "discrete":
        kept = [k for k, one in enumerate(law.numbers) if low <= one <= high]
        return _chosen(law, [law.numbers[k] for k in kept], kept), []
    if law.kind in ("uniform", "log-uniform"):
        return {**plain, law.kind: [low, high]}, []
    if law.kind == "normal":
        return {**plain, law.kind: [*law.numbers[:2], low, high]}, []
    ends = {"at_least": limit.low, "at_most": limit.high}
    return plain, [{"sum": {name: 1.0}} | {key: one for key, one in ends.items() if one is not None}]


def _chosen(law: Law, values: list[Any], kept: list[int]) -> dict[str, Any]:
    made: dict[str, Any] = {law.kind: values}
    if law.weights:
        made["weights"] = [law.weights[k] for k in kept]
    return made


def _named(name: str, spec: Scenario, path: Path, found: dict[Path, str]) -> str:
    """Return what a file may call a storyline: its name where it is shipped as it is, else a new file."""
    if name in catalogue.names() and load_scenario(name).hash == spec.hash:
        return name
    target = path.with_name(f"{path.stem}-{Path(name).stem or 'scenario'}.yaml")
    found[target] = scenario_text(spec)
    return target.name


def scenario_text(spec: Scenario, head: str = "", extends: str | None = None) -> str:
    """Return a storyline as a file; with `extends`, only title, question and what it sets itself."""
    data: Mapping[str, Any] = {**with_reasons(spec.canonical, spec.reasons), "question": spec.question}
    wanted = ("panj", "title", "question", *(one for one in data if one not in ("panj", "title", "question")))
    made = {key: data[key] for key in wanted if data[key] not in ({}, [], "", None)}
    if extends is not None:
        made["extends"] = extends
    return head + dump(made)


def experiment_text(experiment: Experiment) -> str:
    """Return an experiment as a file that names its storylines, and a CSV where its cases are a table."""
    design = {
        "size": experiment.size,
        "levels": experiment.levels,
        "second_order": experiment.second_order,
    }
    data: dict[str, Any] = {
        "panj": 1,
        "title": experiment.title,
        "question": experiment.question,
        "scenario": None if "scenario" in experiment.laws else next(iter(experiment.scenarios)),
        "weeks": experiment.weeks,
        "citizens": experiment.citizens,
        "design": {"method": experiment.method} | {key: one for key, one in design.items() if one},
        "replicates": experiment.replicates,
        "seed": experiment.seed,
        "draws": experiment.draws,
        "uncertainties": {
            name: law.plain() for name, law in experiment.laws.items() if name not in experiment.regional
        },
        "conditions": experiment.conditions,
        "levers": experiment.levers,
        "goals": [one.model_dump(exclude_none=True) for one in experiment.goals],
        "constraints": [one.plain() for one in experiment.constraints],
        "outcomes": list(experiment.outcomes),
        "trajectories": experiment.trajectories and experiment.trajectories.model_dump(exclude_none=True),
        "block": experiment.block,
    }
    if experiment.table is not None:
        data["design"], data["uncertainties"] = {"method": "cases", "file": "cases.csv"}, None
    kept = {key: one for key, one in data.items() if one not in (None, "", {}, [])}
    return dump(kept)


def dump(data: Mapping[str, Any]) -> str:
    """Return plain data as YAML, keys in their order."""
    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.allow_unicode = True
    writer.width = 110
    sink = io.StringIO()
    writer.dump(dict(data), sink)
    return sink.getvalue()


def write(made: Mapping[Path, str], force: bool = False) -> list[Path]:
    """Write files, each whole or not at all, and return their paths.

    Raises
    ------
    ScenarioError
        One of them exists and `force` is not set; none is written then.
    """
    there = [path for path in made if path.exists()]
    if there and not force:
        raise ScenarioError(f"{there[0]} exists already; name another file, or replace it with --force")
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
    put(DISK, {path: text.encode() for path, text in made.items()})
    return list(made)

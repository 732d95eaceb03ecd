"""Panj: how Dushanbe's line on Taliban-ruled Afghanistan may run, as a distribution over paths.

The names below are imported when they are first used, so that `import sim` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from sim import errors as errors
    from sim.analysis.answers.odds import odds as odds
    from sim.analysis.article.ablation import ablation as ablation
    from sim.analysis.article.claims import claims as claims
    from sim.analysis.choosing.compare import compare as compare
    from sim.analysis.choosing.robustness import robustness as robustness
    from sim.analysis.choosing.tip import tip as tip
    from sim.analysis.deciding.cases import discover as discover
    from sim.analysis.deciding.cases import sensitivity as sensitivity
    from sim.analysis.outlook.evidence import evidence as evidence
    from sim.analysis.outlook.outlook import outlook as outlook
    from sim.analysis.outlook.rolling import rolling as rolling
    from sim.analysis.past.hindcast import hindcast as hindcast
    from sim.analysis.past.regions import calibrate as calibrate
    from sim.engine.mesa_model import PolicyModel as PolicyModel
    from sim.model.declare import Rule
    from sim.scenario.additions import add_rules as add_rules
    from sim.scenario.loading import load_scenario as load_scenario
    from sim.scenario.loading import scenarios as scenarios
    from sim.scenario.schema import Scenario as Scenario
    from sim.study.crate import pack as pack
    from sim.study.crate import unpack as unpack
    from sim.study.ensemble.run import run as run
    from sim.study.ensemble.standing import Standing as Standing
    from sim.study.ensemble.standing import advance as advance
    from sim.study.ensemble.standing import proceed as proceed
    from sim.study.experiment.jsonschema import schema as schema
    from sim.study.experiment.loading import check as check
    from sim.study.experiment.loading import load_experiment as load_experiment
    from sim.study.observed.loading import load_observations as load_observations
    from sim.study.observed.schema import Observations as Observations
    from sim.study.results.export import export as export
    from sim.study.results.loading import load_results as load_results
    from sim.study.results.result import Result as Result
    from sim.study.sweep.sweep import sweep as sweep
    from sim.views.dashboard import dashboard as dashboard
    from sim.views.one_run.explain import Explanation as Explanation
    from sim.views.one_run.explain import explain as explain
    from sim.views.one_run.trace import Story as Story
    from sim.views.one_run.trace import trace as trace
    from sim.views.one_run.typical import stories as stories
    from sim.views.report.page import report as report

    rules: dict[str, Rule]

_HOMES = {
    "Explanation": "sim.views.one_run.explain",
    "Observations": "sim.study.observed.schema",
    "PolicyModel": "sim.engine.mesa_model",
    "Result": "sim.study.results.result",
    "Scenario": "sim.scenario.schema",
    "Standing": "sim.study.ensemble.standing",
    "Story": "sim.views.one_run.trace",
    "ablation": "sim.analysis.article.ablation",
    "add_rules": "sim.scenario.additions",
    "advance": "sim.study.ensemble.standing",
    "calibrate": "sim.analysis.past.regions",
    "check": "sim.study.experiment.loading",
    "claims": "sim.analysis.article.claims",
    "compare": "sim.analysis.choosing.compare",
    "evidence": "sim.analysis.outlook.evidence",
    "explain": "sim.views.one_run.explain",
    "export": "sim.study.results.export",
    "dashboard": "sim.views.dashboard",
    "discover": "sim.analysis.deciding.cases",
    "hindcast": "sim.analysis.past.hindcast",
    "load_observations": "sim.study.observed.loading",
    "load_results": "sim.study.results.loading",
    "load_experiment": "sim.study.experiment.loading",
    "load_scenario": "sim.scenario.loading",
    "odds": "sim.analysis.answers.odds",
    "outlook": "sim.analysis.outlook.outlook",
    "pack": "sim.study.crate",
    "proceed": "sim.study.ensemble.standing",
    "report": "sim.views.report.page",
    "robustness": "sim.analysis.choosing.robustness",
    "rolling": "sim.analysis.outlook.rolling",
    "run": "sim.study.ensemble.run",
    "scenarios": "sim.scenario.loading",
    "schema": "sim.study.experiment.jsonschema",
    "sensitivity": "sim.analysis.deciding.cases",
    "stories": "sim.views.one_run.typical",
    "sweep": "sim.study.sweep.sweep",
    "tip": "sim.analysis.choosing.tip",
    "trace": "sim.views.one_run.trace",
    "unpack": "sim.study.crate",
}

__all__ = ["__version__", "errors", "rules", *_HOMES]


def __getattr__(name: str) -> Any:
    if name == "rules":
        model = import_module("sim.model.registry").load()
        return import_module("sim.views.notebook.scenario").Rules(model.rules)
    if name == "errors":
        return import_module("sim.errors")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""Panj: how Dushanbe's line on Taliban-ruled Afghanistan may run, as a distribution over paths.

The names below are imported when they are first used, so that `import sim` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sim import errors as errors
    from sim.analysis.ablation import ablation as ablation
    from sim.analysis.claims import claims as claims
    from sim.analysis.comparison import compare as compare
    from sim.analysis.hindcast import hindcast as hindcast
    from sim.analysis.of_study import discover as discover
    from sim.analysis.of_study import sensitivity as sensitivity
    from sim.analysis.robustness import robustness as robustness
    from sim.analysis.tip import tip as tip
    from sim.engine.mesa_model import PolicyModel as PolicyModel
    from sim.model.registry import Rule
    from sim.scenario.catalogue import scenarios as scenarios
    from sim.scenario.loading import load_scenario as load_scenario
    from sim.scenario.schema import Scenario as Scenario
    from sim.study.experiment_file import check as check
    from sim.study.experiment_file import load_experiment as load_experiment
    from sim.study.export import export as export
    from sim.study.jsonschema import schema as schema
    from sim.study.loading import load_results as load_results
    from sim.study.result import Result as Result
    from sim.study.run import run as run
    from sim.study.sweep import sweep as sweep
    from sim.views.dashboard import dashboard as dashboard
    from sim.views.explain import Explanation as Explanation
    from sim.views.explain import explain as explain
    from sim.views.report.page import report as report
    from sim.views.stories import stories as stories
    from sim.views.story import Story as Story
    from sim.views.story import trace as trace

    rules: dict[str, Rule]

_HOMES = {
    "Explanation": "sim.views.explain",
    "PolicyModel": "sim.engine.mesa_model",
    "Result": "sim.study.result",
    "Scenario": "sim.scenario.schema",
    "Story": "sim.views.story",
    "ablation": "sim.analysis.ablation",
    "check": "sim.study.experiment_file",
    "claims": "sim.analysis.claims",
    "compare": "sim.analysis.comparison",
    "explain": "sim.views.explain",
    "export": "sim.study.export",
    "dashboard": "sim.views.dashboard",
    "discover": "sim.analysis.of_study",
    "hindcast": "sim.analysis.hindcast",
    "load_results": "sim.study.loading",
    "load_experiment": "sim.study.experiment_file",
    "load_scenario": "sim.scenario.loading",
    "report": "sim.views.report.page",
    "robustness": "sim.analysis.robustness",
    "run": "sim.study.run",
    "scenarios": "sim.scenario.catalogue",
    "schema": "sim.study.jsonschema",
    "sensitivity": "sim.analysis.of_study",
    "stories": "sim.views.stories",
    "sweep": "sim.study.sweep",
    "tip": "sim.analysis.tip",
    "trace": "sim.views.story",
}

__all__ = ["__version__", "errors", "rules", *_HOMES]


def __getattr__(name: str) -> Any:
    if name == "rules":
        model = import_module("sim.model.registry").load()
        return import_module("sim.scenario.html").Rules(model.rules)
    if name == "errors":
        return import_module("sim.errors")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

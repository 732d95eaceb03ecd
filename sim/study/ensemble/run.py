"""Many runs of one scenario: at its own values, and across the plausible ranges of what is uncertain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.ensemble import Block
from sim.errors import ScenarioError
from sim.model import calibrated
from sim.model.registry import load
from sim.scenario import arguments
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario
from sim.study import tables
from sim.study.ensemble import blocks, readings
from sim.study.ensemble.cases import Design
from sim.study.ensemble.cases import plausible as plausible_design
from sim.study.ensemble.points import Points
from sim.study.ensemble.region_file import load_points
from sim.study.identity import identity
from sim.study.results.result import Result

Tick = Callable[[int], None]
Floats = NDArray[np.float64]


def run(
    scenario: Scenario | str | Path,
    *,
    runs: int = 1000,
    seed: int = 0,
    threads: int | None = None,
    driver: str = "ensemble",
    plausible: bool = True,
    progress: Tick | None = None,
    region: Points | str | Path | None = None,
) -> Result:
    """Run a scenario many times and return what came of it, in two parts that are never mixed.

    Part `defaults` holds `runs` runs at the scenario's own values (case 0, replicates 0, 1, …): they
    differ by chance alone. Part `plausible` holds as many across the plausible ranges: cases 1, 2, …
    each draw every uncertain value anew (a Latin hypercube; see `sim.study.ensemble.cases`) and get up to ten
    runs with chance of their own, so that the spread between cases can be told from chance. Beside
    them, up to 200 runs under each reading of the article leave the shares of classes.

    Parameters
    ----------
    scenario
        A scenario, the name of a shipped one, or a path.
    runs
        Number of runs of each part, from 1 to a million; a sweep takes more.
    seed
        Which stream of chance, from 0; 0 is one like any other.
    threads
        Number of threads (default: all cores). Results do not depend on it.
    driver
        `ensemble` (compiled), or `mesa`: the same numbers from the agents, slowly.
    plausible
        Whether to run the second part, and a few runs under every reading of the article.
    progress
        Called with the number of runs just finished, at times from another thread.
    region
        Where the second part draws its cases, a region that `panj calibrate` left or its file; None: the
        region calibrated on the autumn of 2021.

    Raises
    ------
    ScenarioError
        The scenario or an argument is wrong.
    ResultError
        The region cannot be read, or is of another source.
    """
    spec = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    runs, seed = check(runs, seed, threads, driver)
    points = region if isinstance(region, Points | None) else load_points(region)
    model = load()
    ready = plan(spec, model)
    designs: dict[str, Design | None] = {"defaults": None}
    if plausible:
        designs["plausible"] = plausible_design(spec, model, ready, runs, seed, points=points)
    parts = {
        part: (
            design,
            blocks.in_blocks(spec, model, ready, seed, runs, design, threads, driver, progress),
        )
        for part, design in designs.items()
    }
    told = identity(spec, seed, runs, plausible)
    if points is not None:
        told["region"] = points.named
    found = tabled(spec, told, parts)
    if not plausible:
        return found
    return replace(found, readings=readings.shares_by_reading(spec, model, runs, seed, threads))


def tabled(
    spec: Scenario,
    told: dict[str, Any],
    parts: Mapping[str, tuple[Design | None, Iterator[tuple[int, Block]]]],
) -> Result:
    """Return the result of an ensemble from the blocks of its parts, with no readings.

    Parameters
    ----------
    told
        Its identity.
    parts
        By name, the cases of a part, and its runs in blocks, each with the number of its first run.
    """
    model = load()
    charts, runs = blocks.charted(model), told["runs"]
    frames: dict[str, list[pd.DataFrame]] = {"outcomes": [], "changes": [], "quantiles": []}
    kept: dict[str, Floats] = {}
    for part, (design, part_blocks) in parts.items():
        case = np.zeros(runs, np.int64) if design is None else design.case
        done: list[Block] = []
        for first, block in part_blocks:
            here = case[first : first + len(block.outcomes)]
            frames["changes"].append(tables.changes(here, first, block.ladders))
            if first == 0:
                kept[part] = blocks.sound(block)
                frames["quantiles"].append(tables.quantiles(part, kept[part], charts))
            done.append(replace(block, ladders=block.ladders[:0].copy(), kept=block.kept[:0, :, :0].copy()))
        frames["outcomes"].append(tables.outcomes(part, case, _joined(done), list(model.world)))
        if part != "defaults":
            del kept[part]
    joined = {name: pd.concat(found, ignore_index=True) for name, found in frames.items()}
    design = parts["plausible"][0] if "plausible" in parts else None
    return Result(
        told | {"article": _article(spec, design, "region" in told)},
        joined["outcomes"],
        joined["changes"],
        joined["quantiles"],
        _design_table(design),
        readings.none(),
        _spec=spec,
        _kept=kept["defaults"],
    )


def check(runs: int, seed: int, threads: int | None, driver: str) -> tuple[int, int]:
    """Return runs and seed as Python's own numbers; refuse what cannot be asked of an ensemble.

    Raises
    ------
    ScenarioError
        Naming the argument, what was expected and what was found.
    """
    arguments.threads(threads)
    if driver not in ("ensemble", "mesa"):
        raise ScenarioError(f"driver: expected 'ensemble' or 'mesa', found {driver!r}")
    return arguments.runs(runs), arguments.seed(seed)


def _joined(done: list[Block]) -> Block:
    """Join blocks for the table of outcomes; ladders and weekly values are dealt with by then."""
    names = [one.name for one in fields(Block)]
    return Block(*(np.concatenate([getattr(one, name) for one in done]) for name in names))


def _article(spec: Scenario, design: Design | None, own_region: bool) -> dict[str, object]:
    """Return what each case weighs if the article is right, or why nobody knows."""
    if design is None:
        return {"weights": None, "why": "no part across plausible parameters was run"}
    if spec.reading is not None:
        return {
            "weights": None,
            "why": "the claims were judged with the article as read, not under another reading",
        }
    if own_region:
        return {
            "weights": None,
            "why": "the claims were judged in the region of the autumn of 2021, not in this one",
        }
    if design.weights is None:
        return {"weights": None, "why": "the claims were not judged since the last calibration"}
    judged = calibrated.claims()
    told = {"claims": len(judged["claims"]), "missing": judged["missing"], "judgement": judged["hash"]}
    return {"weights": [round(float(one), 5) for one in design.weights], "why": "", **told}


def _design_table(design: Design | None) -> pd.DataFrame:
    if design is None:
        return pd.DataFrame({"case": np.zeros(0, np.int64)})
    values = pd.DataFrame(design.values, columns=list(design.names))
    values.insert(0, "case", 1 + np.arange(len(values)))
    return values

"""One call runs an experiment, or what is missing of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import ScenarioError
from sim.model.outcomes import PATHS
from sim.scenario import arguments
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.loading import load_experiment
from sim.study.experiment.overruled import overruled
from sim.study.files import DISK, Disk
from sim.study.results.study import Study
from sim.study.sweep import place
from sim.study.sweep.blocks import Setup
from sim.study.sweep.execute import Interrupted, Job, Silent, Stop, Watch, failed_rows, here
from sim.study.sweep.place import WHOLE, Share
from sim.study.sweep.pool import only_once

#: More runs than this are asked about.
MANY = 1_000_000_000

Source = str | os.PathLike[str] | Mapping[str, Any] | Experiment


def sweep(
    experiment: Source,
    out: str | Path | None = None,
    *,
    threads: int | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    share: str | None = None,
    force: bool = False,
    retry_failed: bool = False,
    yes: bool = False,
    watch: Watch | None = None,
    disk: Disk = DISK,
) -> Study:
    """Run what is missing of an experiment, and return the study, complete or not.

    It can be killed at any moment; the same call carries on, to the same tables.

    Parameters
    ----------
    experiment
        A shipped experiment by name, a path, what a file would say as a mapping, or an experiment.
    out
        Its folder; default: one under `results`, named by the experiment, its hash and seed.
    threads
        Threads in this process (default: all cores).
    scheduler
        Address of a Dask scheduler, like `tcp://10.0.0.1:8786`: its workers run the blocks.
    workers
        Number of worker processes to start here instead.
    share
        `K/N`, from `1/N` to `N/N`: run every N-th block only, for array jobs on a shared folder.
    force
        Where the folder holds another study, keep that one beside it and start anew.
    retry_failed
        Run failed runs again as well.
    yes
        Do not ask back about more than a billion runs, or about values that are varied without effect.
    watch
        Told of the progress.

    Raises
    ------
    ScenarioError
        The experiment or an argument is wrong.
    HeldError
        Another process writes this folder.
    ResultError
        The folder holds another study, or was made by another version; says in which respects.
    OSError
        Writing failed, or the scheduler is gone. What was finished is safe.
    Interrupted
        Stopped by a signal after the blocks at hand. What was finished is safe.
    """
    arguments.threads(threads)
    if workers is not None:
        arguments.whole("workers", workers, 1)
        only_once()
    loaded = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    part = share_of(share)
    if scheduler is not None and workers is not None:
        raise ScenarioError("a scheduler has its own workers; give either its address or a number of workers")
    if loaded.search is not None and part is not WHOLE:
        raise ScenarioError("a search tries its candidates one after the other, so it has no shares")
    if loaded.search is not None:
        from sim.study.search.generator import library

        library()  # before anything of an older search is set aside
    setup = _agreed(loaded, yes)
    folder = Path(out) if out is not None else Path("results") / folder_name(experiment, loaded)
    watch, stop = watch or Silent(), Stop()
    if force:
        place.set_aside(folder, disk)
    if loaded.search is not None:
        from sim.study.search.search import searched

        tried = folder / place.SEARCH
        with place.held(folder), place.held(tried), stop.listening():
            setup = _agreed(searched(loaded, tried, watch=watch, stop=stop, threads=threads, disk=disk), yes)
    with place.held(folder, part), stop.listening():
        place.begin(folder, setup, disk)
        place.clean(folder, setup, part, disk)
        finished = place.done(folder, setup.experiment.hash, sums=True, disk=disk)
        mine = part.mine(setup.layout.order())
        retry = {}
        if retry_failed:
            retry = failed_rows(folder, {one: finished[one] for one in mine if one in finished})
        missing = [one for one in mine if one not in finished or one in retry]
        watch.begin(
            setup,
            sum(setup.layout.runs(one) for one in mine if one in finished),
            sum(setup.layout.runs(one) for one in mine),
        )
        _tell(watch, folder, [one for one in mine if one in finished and one not in retry])
        job = Job(setup, folder, missing, part, watch, stop, retry, disk)
        if scheduler is not None or workers is not None:
            from sim.study.sweep.cluster import run as by_workers

            by_workers(job, scheduler, workers)
        else:
            here(job, threads)
        if stop.signal:
            now = place.done(folder, setup.experiment.hash, sums=False, disk=disk)
            raise Interrupted(stop.signal, sum(one in now for one in mine), len(mine))
    return Study(folder)


def _agreed(experiment: Experiment, yes: bool) -> Setup:
    """Lay an experiment out, unless it would first be asked back about."""
    setup = Setup(experiment)
    if setup.runs > MANY and not yes:
        raise ScenarioError(
            f"{setup.cases:,} cases by {setup.experiment.replicates:,} replicates are {setup.runs:,} runs, "
            f"more than {MANY:,}; take fewer, or say --yes"
        )
    if (lost := overruled(experiment)) and not yes:
        raise ScenarioError("\n".join([*lost, "where that is meant, say --yes"]))
    return setup


def ready(experiment: Source) -> Setup:
    """Load an experiment and lay it out.

    Raises
    ------
    ScenarioError
        It is wrong.
    """
    return Setup(experiment if isinstance(experiment, Experiment) else load_experiment(experiment))


def share_of(text: str | None) -> Share:
    """Read `K/N`.

    Raises
    ------
    ScenarioError
        It is something else.
    """
    if text is None:
        return WHOLE
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", str(text), re.ASCII)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise ScenarioError(f"share: expected K/N from 1/N to N/N, like 3/16, found {text!r}")
    return Share(int(match[1]), int(match[2]))


def folder_name(source: Source, experiment: Experiment) -> str:
    """Return the name of a study's folder, like `clashes-1a2b3c4d-s0`."""
    named = Path(os.fspath(source)).stem if isinstance(source, str | os.PathLike) else experiment.title
    stem = re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-")[:40].strip("-")
    return f"{stem or 'experiment'}-{experiment.hash[:8]}-s{experiment.seed}"


def _tell(watch: Watch, folder: Path, blocks: list[int]) -> None:
    """Tell a watch of what was done before, so that its shares are of the whole study."""
    if isinstance(watch, Silent):
        return
    for block in blocks:
        columns = ["case", "replicate", "path", "failure"]
        frame = place.read_part(folder, "outcomes", block, columns)
        codes = frame["path"].cat.set_categories(list(PATHS)).cat.codes
        path = np.asarray(codes, np.int8)
        case, replicate = (frame[name].to_numpy(np.int64) for name in columns[:2])
        watch.block(case, replicate, path, False)

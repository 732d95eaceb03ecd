"""Who computes when: a first look at once, then the full answer batch by batch, and an end to both.

Two pools are shared by all visitors. Looks have one of their own, so that nobody's refinement stands
before them; refinements are queued a batch at a time, so that two of them take turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from sim.scenario.schema import Scenario
from sim.views.dashboard import figures
from sim.views.dashboard.figures import Across, Figures
from sim.views.dashboard.state import QUICK

LOOKS = ThreadPoolExecutor(2, thread_name_prefix="look")
REFINING = ThreadPoolExecutor(1, thread_name_prefix="refine")
REPLAYS = ThreadPoolExecutor(1, thread_name_prefix="replay")
OPENING = ThreadPoolExecutor(1, thread_name_prefix="opening")
WEIGHING = ThreadPoolExecutor(1, thread_name_prefix="weigh")

#: Runs between two looks at whether to go on, and between two redrawings.
BATCH, REDRAW = 100, 300


@dataclass(frozen=True)
class Question:
    """A scenario with the chance and the number of runs it is asked with."""

    spec: Scenario
    seed: int
    runs: int

    @property
    def look(self) -> Question:
        """The first look at it: few runs of the average citizen."""
        return Question(self.spec.replace(citizens=0), self.seed, min(self.runs, QUICK))

    def is_of(self, found: Figures) -> bool:
        """Say whether figures answer this question, in full or at first look."""
        return found.seed == self.seed and found.spec in (self.spec, self.look.spec)

    @property
    def settled_by_look(self) -> bool:
        """Whether the first look is the whole answer."""
        return self.spec.citizens == 0 and self.runs <= QUICK


async def on(pool: ThreadPoolExecutor, work: Callable[..., Any], *arguments: Any) -> Any:
    """Do something in a pool; what waits there is dropped when the caller is cancelled."""
    return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *arguments))


async def look(asked: Question) -> Figures:
    """Return the first look at a question."""
    one = asked.look
    found: Figures = await on(LOOKS, figures.answer, one.spec, one.seed, one.runs)
    return found


async def refine(
    asked: Question,
    progress: Callable[[int], None],
    show: Callable[[Figures], None],
    stale: Callable[[], bool],
) -> Figures | None:
    """Return the full answer, None once it is no longer wanted.

    `progress` gets the runs done, `show` what there is in between.
    """
    ready = await on(REFINING, figures.prepared, asked.spec)
    blocks, shown = [], 0
    for first in range(0, asked.runs, BATCH):
        if stale():
            return None
        last = min(first + BATCH, asked.runs)
        blocks.append(await on(REFINING, figures.batch, ready, asked.seed, first, last))
        progress(last)
        if last - shown >= REDRAW and last < asked.runs:
            show(await on(REFINING, figures.summed, asked.spec, asked.seed, blocks))
            shown = last
    found: Figures = await on(REFINING, figures.summed, asked.spec, asked.seed, blocks)
    return found


async def across(
    asked: Question, progress: Callable[[int], None], stale: Callable[[], bool]
) -> Across | None:
    """Return the runs across plausible parameters, None once they are no longer wanted."""
    ready, design = await on(REFINING, figures.across, asked.spec, asked.seed, asked.runs)
    blocks = []
    for first in range(0, asked.runs, BATCH):
        if stale():
            return None
        last = min(first + BATCH, asked.runs)
        blocks.append(await on(REFINING, figures.across_batch, ready, design, asked.seed, first, last))
        progress(last)
    found: Across = await on(REFINING, figures.spread, design, blocks)
    return found

"""Results of either kind by their folder."""

from __future__ import annotations

from pathlib import Path

from sim.scenario import arguments
from sim.study.ensemble import store
from sim.study.results import result
from sim.study.results.result import Result
from sim.study.results.study import Study


def load_results(folder: str | Path, given: str | None = None) -> Result | Study:
    """Read a result folder: an ensemble's (`Result`) or a sweep's (`Study`).

    Parameters
    ----------
    given
        A condition on runs, like `first_escalation_3 < 60 and first_rapprochement_3 = never`.

    Raises
    ------
    ResultError
        There is none, it is of another format, a table is damaged, or the condition is wrong.
    """
    arguments.path(folder, "the path of a result folder")
    if store.described(Path(folder)).get("kind") == "sweep":
        return Study(folder, given)
    found = result.load_results(folder)
    return found if given is None else found.given(given)

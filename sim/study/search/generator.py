"""Where candidates come from: NSGA-III of pymoo, generation by generation, the same for the same answers."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError

Floats = NDArray[np.float64]


def library() -> str:
    """Return the version of the library that searches.

    Raises
    ------
    ScenarioError
        It is not installed.
    """
    try:
        return version("pymoo")
    except PackageNotFoundError:
        raise ScenarioError("a search needs pymoo; install it with: pip install 'panj[search]'") from None


class Generator:
    """Asks for candidates, is told how good they are, and asks for better ones.

    What it asks for follows from its seed and from what it was told, so that a search which was stopped
    goes on by being told again what is known.

    Parameters
    ----------
    first
        (candidates, genes) in [0, 1] that every search begins with.
    goals, limits
        Numbers of what is minimised, and of bounds that are met at 0 or below.
    population
        Candidates of a generation.

    Raises
    ------
    ScenarioError
        The library for it is not installed.
    """

    def __init__(self, first: Floats, goals: int, limits: int, population: int, seed: int) -> None:
        library()
        from pymoo.algorithms.moo.nsga3 import NSGA3
        from pymoo.core.problem import Problem
        from pymoo.core.termination import NoTermination

        genes = first.shape[1]
        chance = np.random.Generator(np.random.Philox(seed))
        some = chance.random((max(population - len(first), 0), genes))
        # One bound more than the file's: that the evaluation did not fail.
        self.problem = Problem(n_var=genes, n_obj=goals, n_ieq_constr=limits + 1, xl=0.0, xu=1.0)
        self.algorithm = NSGA3(
            _directions(goals, population),
            pop_size=population,
            sampling=np.concatenate([first, some])[:population],
        )
        self.algorithm.setup(self.problem, termination=NoTermination(), seed=seed, verbose=False)
        self.asked: Any = None

    def ask(self) -> Floats:
        """Return (candidates, genes) of the next generation, none where nothing new is found."""
        self.asked = self.algorithm.ask()
        if self.asked is None or len(self.asked) == 0:
            return np.zeros((0, self.problem.n_var))
        return np.asarray(self.asked.get("X"), np.float64)

    def tell(self, costs: Floats, excess: Floats) -> None:
        """Say how good the candidates were that were asked for.

        Parameters
        ----------
        costs
            (candidates, goals), less is better; NaN where the evaluation failed.
        excess
            (candidates, limits) by how much each bound is missed, 0 or below where it is met.
        """
        from pymoo.core.evaluator import Evaluator
        from pymoo.problems.static import StaticProblem

        sound = np.isfinite(costs).all(axis=1, keepdims=True)
        told = np.where(sound, costs, 0.0)
        bounds = np.hstack([np.where(sound, excess, 0.0), np.where(sound, -1.0, 1e9)])
        Evaluator().eval(StaticProblem(self.problem, F=told, G=bounds), self.asked)
        self.algorithm.tell(infills=self.asked)


def _directions(goals: int, population: int) -> Floats:
    """Return evenly spread directions, as many as a generation has room for."""
    from pymoo.util.ref_dirs import get_reference_directions

    found = np.ones((1, goals)) / goals
    for parts in range(1, population if goals > 1 else 1):
        finer = get_reference_directions("das-dennis", goals, n_partitions=parts)
        if len(finer) > population:
            break
        found = finer
    return np.asarray(found, np.float64)

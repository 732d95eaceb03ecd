"""Quantiles of runs that count unequally."""

from __future__ import annotations

import numpy as np

from sim.analysis.statistics.weights import quantiles


def test_quantiles_know_weights() -> None:
    values = np.array([3.0, np.nan, 1.0, 2.0])
    assert quantiles(values, np.array([0.1, 0.0, 0.8, 0.1]), (0.05, 0.5, 0.95)).tolist() == [1.0, 1.0, 3.0]
    assert np.isnan(quantiles(values[1:2], np.ones(1), (0.5,))).all()

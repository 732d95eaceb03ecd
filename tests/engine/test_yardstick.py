"""The week in C++, against which the ensemble is measured, gives the ensemble's bits."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.ensemble import simulate
from tests.benchmarks.yardstick import Yardstick, compiler, source
from tests.engine.pairs import bits, planned

pytestmark = pytest.mark.skipif(compiler() is None, reason="there is no g++ here")


@pytest.fixture(scope="module")
def yardstick(tmp_path_factory: pytest.TempPathFactory) -> Yardstick:
    """Compiled in a few seconds; how hard g++ tries touches no bit."""
    return Yardstick(planned(citizens=0), tmp_path_factory.mktemp("yardstick"), ("-O1",))


@pytest.mark.parametrize("citizens", [0, 500])
@pytest.mark.parametrize("threads", [1, 2])
def test_the_week_in_another_language_gives_the_same_bits(
    yardstick: Yardstick, citizens: int, threads: int
) -> None:
    yardstick.plan = planned(weeks=60, citizens=citizens)
    ours, theirs = simulate(yardstick.plan, 3, np.arange(9)), yardstick.simulate(3, np.arange(9), threads)
    assert np.unique(ours.outcomes["incidents"]).size > 1
    for name in ("outcomes", "failure_week", "ladders", "began"):
        assert bits(getattr(ours, name)) == bits(getattr(theirs, name)), name


def test_an_instruction_without_a_form_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no C\+\+ for the instruction `udiv i64 %a0, 3`"):
        source("define internal i64 @f(i64 %a0) {\nentry:\n  %t1 = udiv i64 %a0, 3\n  ret i64 %t1\n}")

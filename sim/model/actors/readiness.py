"""How readily an option is taken for no reason: its standing utility, from a stated weekly rate.

With nothing for or against it, an option is taken in so many weeks of a hundred against leaving things as
they are, whose utility is `inertia`. No option has a figure, so each is put in one of five classes.
"""

from __future__ import annotations

from typing import Any

from sim.model.maths import logarithm
from sim.model.provenance import constant, judgement, parameter

CLASSES = judgement("no option has a figure; from every other month to once in five years")
MEANING = "share of weeks in which such an option is taken when nothing speaks for or against it"
OFTEN = constant(0.15, "share", MEANING, CLASSES)
NOW_AND_THEN = constant(0.075, "share", MEANING, CLASSES)
SELDOM = constant(0.03, "share", MEANING, CLASSES)
RARELY = constant(0.015, "share", MEANING, CLASSES)
HARDLY_EVER = constant(0.004, "share", MEANING, CLASSES)

GIVE_OR_TAKE = constant(
    2.0,
    "1",
    "how many times more or less readily is as plausible",
    judgement("a class is no finer than that"),
)


def standing(rate: float, meaning: str) -> Any:
    """Declare the standing utility of an option that is taken at a weekly rate for no reason.

    Parameters
    ----------
    rate
        Share of weeks, above 0 and below 1; the odds against leaving things as they are follow.
    """
    utility, give = logarithm(rate / (1.0 - rate)), logarithm(GIVE_OR_TAKE)
    why = judgement(f"taken in {rate:.1%} of weeks for no reason; half to twice the odds are as plausible")
    return parameter(utility, "utility", utility - give, utility + give, meaning, why)

"""The economy at home: remittances, output, hardship, fatigue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.maths import clip, share, toward
from sim.model.provenance import Record, constant, judgement, parameter, public

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

SLOW = judgement("quarterly figures only; set so that a shock is felt within a season")


RELIEF_LOST = constant(
    0.8,
    "share",
    "part of the forgetting of fatigue that full hardship takes away",
    judgement("nearly all of it"),
)
MOST_REMITTANCES, MOST_OUTPUT = (
    constant(3.0, "1", "remittances at most", judgement("a bound that no run comes near")),
    constant(5.0, "1", "output at most", judgement("a bound that no run comes near")),
)


class EconomyParameters(Record):
    """Numbers of the economy."""

    remittances_rest: float = parameter(
        1.0, "1", 0.7, 1.2, "level remittances return to, 1 = 2021", SLOW, bounds=(0, 3)
    )
    remittances_pace: float = parameter(
        0.03, "1/week", 0.01, 0.06, "pace at which they do", SLOW, bounds=(0, 1)
    )
    remittances_noise: float = parameter(
        0.045,
        "1",
        0.03,
        0.06,
        "weekly noise of remittances",
        public(
            "World Bank",
            "personal remittances received by Tajikistan: from -33 % to +30 % from year to year, 2008-2020",
            "2021",
        ),
    )
    remittances_share: float = parameter(
        0.33,
        "share",
        0.27,
        0.4,
        "remittances as a share of income",
        public("World Bank", "Migration and Development Brief 36", "May 2022"),
    )
    output_pace: float = parameter(
        0.02, "1/week", 0.01, 0.04, "pace at which output follows income and trade", SLOW, bounds=(0, 1)
    )
    output_noise: float = parameter(0.004, "1", 0.002, 0.008, "weekly noise of output", SLOW)
    output_heat: float = parameter(
        0.1, "1", 0.0, 0.2, "output lost to violence at the border", SLOW, bounds=(0, 1)
    )
    hardship_rest: float = parameter(0.55, "index", 0.35, 0.75, "hardship at the income of 2021", SLOW)
    hardship_slope: float = parameter(1.2, "1", 0.6, 1.8, "how much hardship a loss of all income adds", SLOW)
    weekly_product: float = parameter(
        168000000,
        "USD/week",
        150000000,
        190000000,
        "gross domestic product a week",
        public("World Bank", "World Development Indicators: 8.75 billion USD in 2021", "2022"),
        bounds=(1000000.0, 1000000000000.0),
    )
    hardship_growth: float = parameter(
        0.0,
        "1/week",
        0.0,
        0.01,
        "steady worsening that no income explains, against the return",
        SLOW,
        bounds=(0, 1),
    )
    hardship_pace: float = parameter(
        0.04, "1/week", 0.02, 0.08, "pace at which households feel a change", SLOW, bounds=(0, 1)
    )
    fatigue_relief: float = parameter(
        0.0014, "1/week", 0.0006, 0.0022, "fatigue forgotten while fear reigns or times are good", SLOW
    )


def economy(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Income from migrants and trade makes or eases hardship; hard times tire."""
    back = toward(world.remittances, p.remittances_rest, p.remittances_pace)
    world.remittances = clip(back + p.remittances_noise * draw.remittances, 0.0, MOST_REMITTANCES)
    trade = (world.other_trade - p.trade_rest) / p.weekly_product
    goal = 1.0 + 0.5 * p.remittances_share * (world.remittances - 1.0) + trade - p.output_heat * world.heat
    world.output = clip(
        toward(world.output, goal, p.output_pace) + p.output_noise * draw.output, 0.0, MOST_OUTPUT
    )
    income = p.remittances_share * world.remittances + (1.0 - p.remittances_share) * world.output
    felt = share(p.hardship_rest + p.hardship_slope * (1.0 - income))
    back = toward(world.hardship, felt, p.hardship_pace)
    world.hardship = share(back + p.hardship_growth * (1.0 - world.hardship))
    relief = p.fatigue_relief * (1.0 - RELIEF_LOST * world.hardship + 0.5 * world.fear) * world.fatigue
    world.fatigue = share(world.fatigue + drive.fatigue * (1.0 - world.fatigue) - relief)

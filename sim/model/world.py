"""The state of a run: every variable, once; beside it the drives and the weekly draws of processes.

Each variable stands in the table of its theme, with initial value, unit, bounds, meaning, source, and who
perceives it.
"""

from __future__ import annotations

from sim.model.provenance import Record, draw, drive
from sim.model.state.confrontation import Force, Resistance, Words
from sim.model.state.danger import Danger, Ladders, Opinion
from sim.model.state.diplomacy import Contact, Kabul, Outsiders
from sim.model.state.livelihood import Economy, Refugees, Trade

#: Regions in the order the population uses; names of their means end in these.
REGIONS = ("dushanbe", "sughd", "khatlon", "republican", "badakhshan")


class World(  # the last base contributes its variables first
    Ladders,
    Opinion,
    Danger,
    Economy,
    Refugees,
    Trade,
    Outsiders,
    Kabul,
    Contact,
    Resistance,
    Force,
    Words,
):
    """The state of one run at the end of a week."""


class Seen(World):
    """What one actor perceives; everything it cannot know is NaN, and a rule that reads it does not load."""


class Drives(Record):
    """Channels through which rules push processes; summed anew each week, never set elsewhere."""

    provocation: float = drive("index", "added to how Kabul takes Dushanbe's words")
    infiltration: float = drive("1/week", "rate of deadly incidents with smugglers or infiltrators")
    clash: float = drive("1", "added to the logarithm of the rate of clashes between the two forces")
    combat: float = drive("logit", "added to the log-odds that a clash becomes sustained fighting")
    war: float = drive("logit", "added to the log-odds that a week of fighting becomes war")
    attempts: float = drive("persons/week", "people who come to the river because of violence")
    admission: float = drive("share", "added to the share that is let in")
    reporting: float = drive("share", "share of new arrivals that reports leave out")
    resistance: float = drive("1/week", "pull on the strength of the resistance")
    detection: float = drive("1/week", "rate at which support is detected")
    violence: float = drive("1/week", "pull on violence in the north")
    settling: float = drive("1/week", "pull on how unsettled Afghanistan is")
    pragmatists: float = drive("1/week", "pull on the pragmatists' weight")
    ability: float = drive("1/week", "pull on ability to pay")
    spotlight: float = drive("1/week", "pull on Western attention")
    fatigue: float = drive("1/week", "pull on fatigue")
    drugs: float = drive("1/week", "pull on trafficking")
    peers: float = drive("share", "weight of one's circle against one's anchor")
    example: float = drive("1", "weight of the example that one's circle sets in taking part")
    stirring: float = drive("index", "added to the solidarity that moves to take part")
    solidarity_by_exposure: float = drive("1/week", "pull on solidarity, times a citizen's exposure")
    solidarity_by_trust: float = drive("1/week", "pull on solidarity, times a citizen's trust in state media")
    solidarity_by_kin: float = drive("1/week", "pull on solidarity, times a citizen's kin-feeling")
    fear_by_exposure: float = drive("1/week", "pull on fear, times a citizen's exposure")
    fear_by_border: float = drive("1/week", "pull on fear, times how near to the border a citizen lives")
    approval_all: float = drive("1/week", "pull on everyone's approval")
    approval_by_solidarity: float = drive("1/week", "pull on approval, times a citizen's solidarity")
    approval_by_fear: float = drive("1/week", "pull on approval, times a citizen's fear")
    approval_by_hardship: float = drive("1/week", "pull on approval, times a citizen's hardship")


class Draws(Record):
    """Chance in the processes: one addressed draw a week for each name."""

    infiltration: float = draw("uniform", "whether smugglers or infiltrators make a deadly incident")
    infiltration_dead: float = draw("uniform", "how many die in it")
    spill: float = draw("uniform", "whether it draws in the forces of the two sides")
    clash: float = draw("uniform", "whether the forces of the two sides clash")
    dead: float = draw("uniform", "how many die in a clash, in fighting or in war")
    combat: float = draw("uniform", "whether a clash becomes sustained fighting")
    ceasefire: float = draw("uniform", "whether sustained fighting ends")
    war: float = draw("uniform", "whether fighting becomes war")
    peace: float = draw("uniform", "whether war ends")
    detection: float = draw("uniform", "whether support is detected")
    attack: float = draw("uniform", "whether there is a terrorist attack")
    tension: float = draw("normal", "noise of tension")
    attempts: float = draw("normal", "noise of the flow over the river")
    violence: float = draw("normal", "noise of violence in the north")
    remittances: float = draw("normal", "noise of remittances")
    output: float = draw("normal", "noise of output")
    militants: float = draw("normal", "noise of the militant threat")
    drugs: float = draw("normal", "noise of trafficking")
    pragmatists: float = draw("normal", "noise of the wings' balance")
    mission: float = draw("uniform", "whether a mission passes to Kabul")
    contract: float = draw("normal", "how much power the next year's contract is for")
    settlement: float = draw("uniform", "whether old bills are settled")
    plan: float = draw("uniform", "over how long they are")
    ability: float = draw("normal", "noise of Kabul's means")
    spotlight: float = draw("normal", "noise of Western attention")
    news: float = draw("uniform", "whether something widely shown happens in the north")
    impact: float = draw("uniform", "how widely it is shown")
    mood_approval: float = draw("normal", "what moves approval for reasons of its own")
    mood_solidarity: float = draw("normal", "what moves solidarity for reasons of its own")

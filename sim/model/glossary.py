"""Words in one place: a sentence for each class of paths, each rung, and each word a page uses in a sense of its own."""

from __future__ import annotations

import re

from sim.errors import ModelError
from sim.model.outcomes import ESCALATION, LAST, PATHS, RAPPROCHEMENT, TALKS_LAST

WINDOW = f"the last {LAST} weeks"

#: Each class in the order in which they are tried: its condition, as `summarise` tries it.
CLASSES = {
    "war": "The two states were at war in some week of the run.",
    "fighting": f"Sustained fighting went on in some week of {WINDOW}.",
    "fight and talk": f"A clash, or the rung of {ESCALATION[3]} or higher, and a round of official talks, both within {WINDOW}.",
    "clashes": f"A clash, or the rung of {ESCALATION[3]} or higher, within {WINDOW}, and no round of official talks in it.",
    "rapprochement": f"Contact stood at {RAPPROCHEMENT[4]} or {RAPPROCHEMENT[5]} in more than half of {WINDOW}.",
    "quiet accommodation": (
        f"Contact stood at {RAPPROCHEMENT[2]} or higher while escalation stood at {ESCALATION[0]}, in more than half of "
        f"{WINDOW}; {RAPPROCHEMENT[4]} or {RAPPROCHEMENT[5]} held in no more than half."
    ),
    "armed standoff": f"The rung of {ESCALATION[2]} or higher in more than half of {WINDOW}.",
    "cold peace": "None of the others.",
}

#: Each rung of escalation from 0 on; the highest whose condition holds.
ESCALATION_RUNGS = {
    "calm": "None of the others.",
    "war of words": "Dushanbe's words or Kabul's threats passed the threshold of entry and have not fallen to that of exit.",
    "show of force": "Troops and fighters massed on both banks have, likewise.",
    "armed clashes": "Soldiers of the two sides fought within the last weeks (`clash_weeks`).",
    "sustained fighting": "Fighting has gone on for some weeks (`fighting_weeks_enter`).",
    "interstate war": "The two states are at war.",
}

#: Each rung of rapprochement from 0 on; the highest whose condition holds.
RAPPROCHEMENT_RUNGS = {
    "no contact": "None of the others.",
    "back-channel": "Both sides hold a channel, or ties have reached technical contact (`technical_enter`).",
    "working ties": "Practical ties have passed the threshold of entry and not fallen below that of exit (`ties_enter`).",
    "official talks": f"A round of official talks was held within the last {TALKS_LAST} weeks.",
    "normalisation": "Both sides hold that Kabul sends envoys.",
    "recognition": "Both sides hold recognition.",
}

#: Words that pages use in a sense of their own.
TERMS = {
    "average citizen": "With 0 citizens, one representative for each region follows the same laws; nobody is an individual.",
    "average weeks until": "The mean of first weeks, where a run in which it never happens counts its whole length.",
    "calibration": "Ruling out values of parameters under which the model misses what is known of autumn 2021.",
    "case": "One set of values for everything uncertain; the case 0 of a run has the defaults.",
    "chance": "What differs between runs with the same assumptions; more runs settle it.",
    "claim": "A causal statement of the article, checked as an experiment with paired runs.",
    "class": "Where a run ends, by its last half-year; the first that fits names the path.",
    "clause": "One place where a rule works: an intensity and what it pushes.",
    "commitment": "An actor's promise to avoid an option, or to take one whenever it is open.",
    "condition": "What happens to an actor in a comparison; what it chooses is the policy.",
    "constant": "A number of a form that is certain by decision; it is never varied.",
    "deadly clash": "A clash between forces of the two sides, or a week of their fighting, in which somebody died.",
    "default": "The value that stands where a scenario sets none.",
    "drive": "The sum of all pushes on a process in a week.",
    "estimate": "What an actor perceives late and with noise.",
    "event": "Something a storyline brings about: on a date, on a condition or by chance.",
    "grade": "How well a number is founded: article, public, literature or judgement.",
    "headline": "The one number a page leads with: the share across plausible parameters, with its 90 % range.",
    "hindcast": "Questions about what happened after autumn 2021, answered by the model and scored.",
    "informative": "Said of evidence that two hypotheses make likely to different degrees.",
    "instrument": "What an actor chooses with: one option each week.",
    "intensity": "How strongly a clause applies, never below 0.",
    "ladder": "Six rungs; every week stands on one of escalation and on one of rapprochement.",
    "Monte Carlo error": "How far a share could be off because only so many runs were made (95 %).",
    "no such event by the end": "The run ended before it happened; what would have come later is not known.",
    "null model": "The model with every rule switched off; only the standing tendencies are left.",
    "option": "One thing an actor may do with an instrument; `hold` leaves things as they are.",
    "pair": "Two runs with the same randomness that differ in one thing.",
    "parameter": "A number in doubt, with a default and a plausible range.",
    "parameter uncertainty": "How far a share moves across plausible parameters (90 %); more runs do not settle it.",
    "plausible range": "What a number may be by its source; studies draw from it.",
    "policy": "One choice of levers.",
    "push": "What a clause adds to an option or a drive: strength × weight × size × intensity, with a sign.",
    "reading": "A choice between two ways in which a passage of the article can be read.",
    "replicate": "The number of a run's randomness; equal numbers share it across scenarios.",
    "rule": "One claim of the article at work: it raises or lowers options, or moves a process.",
    "rung": "One step of a ladder.",
    "run": "One course of the world, week by week.",
    "share": "The part of all runs, in per cent.",
    "storyline": "A scenario that asks one question of the model.",
    "tension": "The danger at the border, from 0 to 1; no actor sees it exactly.",
    "turning point": "The week from which other luck in one decision would have changed where the run ends.",
}

for table, names in (
    (CLASSES, PATHS),
    (ESCALATION_RUNGS, ESCALATION),
    (RAPPROCHEMENT_RUNGS, RAPPROCHEMENT),
):
    if tuple(table) != names:
        raise ModelError(
            f"glossary: expected a sentence for each of {', '.join(names)}; found {', '.join(table)}"
        )


#: Everything that has a sentence: classes first, then rungs, then terms.
GLOSSARY = {**CLASSES, **ESCALATION_RUNGS, **RAPPROCHEMENT_RUNGS, **TERMS}


def words_used(text: str) -> dict[str, str]:
    """Return the words of the glossary, and the classes, that a text uses, with their sentences."""
    table = CLASSES | TERMS
    return {
        word: table[word] for word in table if re.search(rf"\b{re.escape(word)}s?\b", text, re.IGNORECASE)
    }

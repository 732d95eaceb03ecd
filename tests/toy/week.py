"""The order of the week."""

from sim.model.outcomes import summarise
from sim.model.population import draw_society, opinion_week
from sim.model.week import PHASES as PHASES
from tests.toy.processes.river import begin, ladders, quarrel

BEFORE_OPINION = (quarrel,)
AFTER_OPINION = (ladders,)
BEGIN, SOCIETY, OPINION, SUMMARY = begin, draw_society, opinion_week, summarise

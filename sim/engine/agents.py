"""The actors as Mesa agents: states that decide, opinion that moves, citizens to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.engine import compiled
from sim.engine.decisions import Cell, Decision, chances
from sim.errors import ScenarioError, nearest
from sim.model.declare import Instrument, Option
from sim.model.population import OPINIONS
from sim.model.world import REGIONS

if TYPE_CHECKING:
    from sim.engine.mesa_model import PolicyModel


class StateActor(mesa.Agent):  # type: ignore[misc]
    """A state: each week it perceives, appraises its options, chooses with each instrument, acts.

    `seen` is its own record of the world (NaN where it looks at nothing), `instruments` what it acts
    with. Perceiving, appraising and choosing read the past and write only what is the actor's own.
    """

    model: PolicyModel

    def __init__(self, model: PolicyModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        registry, place = model.registry, model.registry.actors.index(name)
        self.seen = model.space.choice.seen.view(np.recarray)[place]
        self.instruments = registry.instruments_of(name)
        self.perceived = tuple(quantity.name for quantity in registry.perceived(name))
        self.clauses = [
            (rule, clause, registry.weight(rule, clause)) for rule, clause in registry.appraising(name)
        ]
        self._estimate = compiled.plain(f"perceive_{name}")
        self._luck = model.space.choice.luck_seen[place]
        self._slot = {one.name: slot for slot, one in enumerate(registry.instruments) if one.actor == name}
        everything = (opt for one in registry.instruments for opt in one.options)
        self._number = {opt.key: number for number, opt in enumerate(everything) if opt.actor == name}
        self._cells: dict[str, list[Cell]] = {}

    def perceive(self) -> None:
        """Update the actor's own record from last week's world, hidden things estimated."""
        model = self.model
        late = min(max(model.week - 1 - int(model.p.perception_delay), 0), model.week - 1)
        self._estimate(
            self.seen, model.past(model.week - 1), model.past(late), model.p, self._luck[model.week]
        )

    def appraise(self) -> None:
        """Set the utility of every option: its base and one product for each push of each rule."""
        seen, p = self.seen, self.model.p
        utility, opened = self.model.space.choice.utility, self.model.space.choice.opened
        self._cells = {one.name: [] for one in self.instruments}
        for option in self._options():
            number = self._number[option.key]
            utility[number] = p[option.base]
            opened[number] = 1 if option.open_when is None or option.open_when(seen, p) else 0
        for rule, clause, weight in self.clauses:
            intensity = clause.function(seen, p)
            scale = p[rule.strength] * p[weight]
            for push in clause.pushes:
                product = push.sign * (scale * p[push.size] * intensity)
                utility[self._number[push.target]] += product
                instrument, _, option_name = push.target.partition(".")
                cell = Cell(
                    rule.id,
                    option_name,
                    clause.function.__name__,
                    float(intensity),
                    float(p[rule.strength]),
                    float(p[weight]),
                    float(p[push.size]),
                    push.sign,
                    float(product),
                )
                self._cells[instrument].append(cell)

    def choose(self) -> None:
        """Take one option with each instrument: the largest of utility plus luck."""
        for instrument in self.instruments:
            self.take(instrument.name, self.best(instrument.name))

    def best(self, instrument: str) -> str:
        """Return the option that utility plus luck puts first among those open and not avoided."""
        slot = self._slot[instrument]
        model = self.model
        choice, week = model.space.choice, model.week
        names = [option.name for option in model.registry.instruments[slot].options]
        first = self._number[f"{instrument}.{names[0]}"]
        last = first + len(names)
        number: int = model.pick(
            first, last, choice.utility, choice.opened, choice.allowed[week], choice.luck[week]
        )
        return names[number - first]

    def take(self, instrument: str, option: str) -> None:
        """Settle on an option with an instrument this week and leave a record of the decision.

        Raises
        ------
        ScenarioError
            The actor has no such instrument or option.
        """
        if f"{instrument}.{option}" not in self._number:
            raise ScenarioError(
                f"{self.name} has no option '{instrument}.{option}'"
                f"{nearest(f'{instrument}.{option}', self._number)}"
            )
        model, slot = self.model, self._slot[instrument]
        number = self._number[f"{instrument}.{option}"]
        model.space.choice.chosen[model.week, slot] = number
        model.decisions.append(self._record(model.registry.instruments[slot], option))

    def act(self) -> None:
        """Do what was chosen; an option moves only what its actor owns."""
        for option in self._options():
            if (
                option.function is not None
                and self.model.space.choice.chosen[self.model.week, self._slot[option.instrument]]
                == self._number[option.key]
            ):
                option.function(self.model.world, self.model.p)

    def _options(self) -> list[Option]:
        return [option for one in self.instruments for option in one.options]

    def _record(self, instrument: Instrument, choice: str) -> Decision:
        model = self.model
        given, week, options = model.space.choice, model.week, instrument.options

        def by_option(values: Any, kind: Callable[[Any], Any]) -> dict[str, Any]:
            return {option.name: kind(values[self._number[option.key]]) for option in options}

        utilities, opened = by_option(given.utility, float), by_option(given.opened, bool)
        binding = by_option(given.allowed[week], int)
        return Decision(
            week,
            self.name,
            instrument.name,
            {name: float(self.seen[name]) for name in self.perceived},
            tuple(self._cells[instrument.name]),
            {option.name: float(model.p[option.base]) for option in options},
            utilities,
            chances(utilities, opened, binding),
            by_option(given.luck[week], float),
            opened,
            binding,
            choice,
        )


class DomesticOpinion(mesa.Agent):  # type: ignore[misc]
    """The population: it decides nothing, but every week it moves, and its means reach Dushanbe."""

    model: PolicyModel
    name = "domestic opinion"

    def move(self) -> None:
        """Move every citizen by one week; the population is compiled, its rules are not."""
        self.model.space.move_citizens()

    def citizen(self, row: int) -> Citizen:
        """Return one citizen, by row of the population's arrays (from 0)."""
        if not 0 <= row < len(self.model.space.people.opinion):
            raise ScenarioError(
                f"citizen {row}: the population has rows 0 to {len(self.model.space.people.opinion) - 1}"
            )
        return Citizen(self.model, row)


def _view(array: str, column: int, meaning: str) -> property:
    def read(citizen: Citizen) -> float:
        return float(getattr(citizen.model.space.people, array)[citizen.row, column])

    return property(read, doc=meaning)


class Citizen(mesa.Agent):  # type: ignore[misc]
    """One citizen: a view on a row of the population's arrays, made when somebody looks.

    Citizens stand outside `model.agents`, so that making them changes nothing in the model. In the
    mean field (a scenario with 0 citizens) there are five, each standing for a region.
    """

    model: PolicyModel
    solidarity = _view("opinion", 0, "Support for a hard line in the name of Afghan Tajiks, 0 to 1.")
    fear = _view("opinion", 1, "Fear of what comes over the border, 0 to 1.")
    approval = _view("opinion", 2, "Approval of the president, 0 to 1.")
    exposure = _view("traits", 0, "Exposure to social media, 0 to 1.")
    trust = _view("traits", 1, "Trust in state media, 0 to 1.")
    kin = _view("traits", 2, "Feeling of kinship with Afghan Tajiks, 0 to 1.")
    hardship = _view("traits", 3, "Hardship relative to the mean of the country, from 0.")
    stubbornness = _view("traits", 4, "Pull of the citizen's own anchor against that of the circle, 0 to 1.")

    def __init__(self, model: PolicyModel, row: int) -> None:  # Mesa's own would register the agent
        self.model = model
        self.row = row
        self.unique_id = row + 1
        self.pos = None

    def __repr__(self) -> str:
        views = ", ".join(f"{name} {getattr(self, name):.2f}" for name in OPINIONS)
        return f"<Citizen {self.row} of {self.region}: {views}>"

    @property
    def region(self) -> str:
        """Where the citizen lives."""
        return REGIONS[int(self.model.space.people.region[self.row])]

    @property
    def circle(self) -> tuple[int, ...]:
        """Rows of those the citizen follows; empty in the mean field, where all follow all."""
        return tuple(int(other) for other in self.model.space.people.circles[self.row])

    @property
    def anchors(self) -> dict[str, float]:
        """Where each opinion returns to, 0 to 1."""
        return dict(zip(OPINIONS, map(float, self.model.space.people.anchor[self.row]), strict=True))

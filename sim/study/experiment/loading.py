"""From an experiment file to an `Experiment`: what may be wrong with it, and where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import ScenarioError, nearest
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.scenario import arguments, catalogue, checks, values
from sim.scenario.faults import Fault, Loc, from_pydantic, shown, unknown
from sim.scenario.loading import chain, checked, flattened, load_scenario, message, neighbour, versioned
from sim.scenario.plan import assumed
from sim.scenario.schema import Scenario
from sim.scenario.yamltext import Node, read_file
from sim.study.ensemble.points import Points
from sim.study.ensemble.region_file import load_points
from sim.study.experiment import faults as experiment_faults
from sim.study.experiment import laws as distributions
from sim.study.experiment import regional
from sim.study.experiment.case_table import read_table
from sim.study.experiment.designs import base
from sim.study.experiment.experiment import (
    CHOICES,
    FROM_GRADES,
    MOST_VARIANTS,
    SETTINGS,
    Constraint,
    Experiment,
    Table,
    layers,
    node,
    plain,
)
from sim.study.experiment.keys import KEYS, ExperimentFile
from sim.study.experiment.laws import Law
from sim.study.experiment.search import goal_of, limit_faults, plan_faults
from sim.study.observed.loading import is_observations, load_observations
from sim.study.observed.loading import names as observation_names
from sim.study.observed.schema import Observations

#: What goals that are given beside a file are called in messages.
GOALS = "goals"

GRADES = ("article", "public", "literature", "judgement")


def load_experiment(
    source: str | os.PathLike[str] | Mapping[str, Any],
    *,
    goals: Sequence[str] = (),
    region: Points | str | Path | None = None,
) -> Experiment:
    """Load a shipped experiment by name, a YAML file by path, or take what a file would say as data.

    Parameters
    ----------
    source
        A shipped experiment by name, a path, or what a file would say as a mapping.
    goals
        Goals in the place of those of the file, like `minimise share(clashes, war) least 0.02`.
    region
        Points that `panj calibrate` left, or their file. Each case takes from one of them every value that
        the region holds, unless the experiment gives it a law by name, or a storyline, a reading, a
        condition or a lever sets it.

    Raises
    ------
    ScenarioError
        Naming every fault (at most ten) with file and line.
    ResultError
        The region cannot be read, or is of another source.
    OSError
        Reading failed, or is not permitted.
    """
    if isinstance(source, Mapping):
        root, path = node(source, "experiment"), Path.cwd() / "experiment"
    else:
        path, name = _located(source)
        root = read_file(path, name, "an experiment")
    versioned(root)
    if beside := arguments.names("goals", goals):
        given = node([goal_of(one) for one in beside], GOALS)
        root = Node({**root.value, "goals": given}, root.file, root.line)
    points = region if isinstance(region, Points | None) else load_points(region)
    return _Reader(root, path, points).experiment()


def check(file: str | os.PathLike[str]) -> Scenario | Experiment | Observations:
    """Say whether a file is right: return what it holds, or raise with all its faults.

    Parameters
    ----------
    file
        The path of a file, or the name of a shipped storyline, experiment or file of observations.

    Raises
    ------
    ScenarioError
        As `load_scenario`, `load_experiment` and `load_observations`.
    """
    text = arguments.path(file, "the name or the path of a file")
    if text in catalogue.experiment_names() or is_experiment(Path(text)):
        found = load_experiment(file)
        base(found)
        return found
    if text in observation_names() or is_observations(Path(text)):
        return load_observations(file)
    return load_scenario(file)


def is_experiment(path: Path) -> bool:
    """Say whether a YAML file looks like an experiment rather than a storyline."""
    try:
        root = read_file(path, path.name)
    except (OSError, ValueError):
        return False
    return bool({"design", "replicates", "uncertainties", "conditions", "levers", "plan"} & set(root.value))


def _located(source: str | os.PathLike[str]) -> tuple[Path, str]:
    text = arguments.path(source, "the name of an experiment or the path of a file")
    names = catalogue.experiment_names()
    if isinstance(source, str) and text in names:
        return catalogue.experiment_folder() / f"{text}.yaml", f"{text}.yaml"
    if os.path.lexists(text):
        return Path(text), text if text.isprintable() else shown(text)
    if text in catalogue.names():
        raise ScenarioError(f"{text} is a storyline, not an experiment; run it with 'panj run {text}'")
    try:
        beside = [str(one) for one in Path(text).parent.glob("*.y*ml")]
    except (OSError, ValueError):
        beside = []
    raise ScenarioError(
        f"{text if text.isprintable() else shown(text)}: neither a shipped experiment nor a file"
        f"{nearest(text, [*names, *beside])}; shipped: {', '.join(names) or 'none'}"
    )


#: Designs whose cases are a table, and where it takes its values from.
TABLES = {
    "cases": "cases take their values from the file",
    "rules_off": "rules_off switches each rule off alone",
}


class _Reader:
    """One file on its way to an experiment; every fault found is kept until there is no going on."""

    def __init__(self, root: Node, path: Path, region: Points | None = None) -> None:
        self.root, self.path, self.region = root, path, region
        self.places: dict[Loc, Node] = {}
        self.data: dict[str, Any] = flattened(root, (), self.places)
        self.found: list[Fault] = [Fault(loc, one.fault) for loc, one in self.places.items() if one.fault]

    @property
    def model(self) -> Model:
        """The model in force: storylines that hold rules add to it as they are read."""
        return load()

    @property
    def free(self) -> dict[str, Quantity]:
        """What may be set, by name."""
        every = self.model.parameters | self.model.world
        return {name: one for name, one in every.items() if not one.derived}

    def experiment(self) -> Experiment:
        spec = self._shape()
        given = TABLES.get(spec.design.method)
        if given is not None and self.data.get("uncertainties"):
            self._add([Fault(("uncertainties",), f"{given}; leave uncertainties out")])
        table = self._table(spec) if spec.design.method == "cases" else None
        chains = self._chains(table)
        scenarios = {name: checked(one) for name, one in chains.items()}
        if spec.design.method == "rules_off":
            table = self._rules_off(*scenarios.values())
        laws = self._laws(scenarios) if table is None else self._table_laws(table)
        self._add(experiment_faults.design(spec, self.data, laws))
        joint = self._regional(scenarios.values(), laws)
        if self.region is not None:
            self._add(regional.faults(spec, joint))
        laws |= joint
        self._add(experiment_faults.settings(self.data, laws, self.free))
        self._add(experiment_faults.goals(spec))
        self._add(experiment_faults.search(spec, laws))
        if spec.plan is not None:
            self._add(plan_faults(spec.plan, scenarios, self.model))
        self._add(limit_faults(spec.constraints, spec.design.method == "search"))
        self._add(experiment_faults.constraints(spec, laws))
        self._add(experiment_faults.columns(spec, self.model.world))
        self._stop()
        self._variants(chains, laws, spec)
        search = spec.search
        return Experiment(
            title=spec.title.strip(),
            question=spec.question,
            scenarios=scenarios,
            method=spec.design.method if table is None else "cases",
            size=spec.design.size or (search.across.cases if search and search.plan else 0),
            levels=spec.design.levels or 0,
            second_order=spec.design.second_order,
            replicates=spec.replicates,
            seed=spec.seed,
            draws=spec.draws,
            laws=laws,
            conditions=self._pieces("conditions"),
            levers=self._pieces("levers"),
            goals=tuple(spec.goals),
            constraints=tuple(
                Constraint(dict(sorted(one.sum.items())), one.at_least, one.at_most)
                for one in spec.constraints
                if one.sum is not None
            ),
            table=table,
            weeks=spec.weeks,
            citizens=spec.citizens,
            outcomes=tuple(spec.outcomes or ()),
            trajectories=spec.trajectories,
            block=spec.block,
            search=search,
            region=self.region and self.region.some(joint),
        )

    def _pieces(self, key: str) -> dict[str, Any]:
        """Return the alternatives that stand under `conditions` or `levers`."""
        one = self.root.value.get(key)
        return {} if one is None else plain(one)

    # Faults

    def _add(self, faults: Iterable[Fault]) -> None:
        taken = {one.loc for one in self.found}
        self.found += [one for one in faults if one.loc not in taken]

    def _stop(self) -> None:
        if self.found:
            raise ScenarioError(message(self.found, self.places, [self.root.file, GOALS]))

    def _shape(self) -> ExperimentFile:
        """Check keys and types; what depends on them cannot be checked where they are wrong."""
        spec = None
        try:
            spec = ExperimentFile(**self.data)
        except ValidationError as error:
            self._add(from_pydantic(error.errors(include_url=False), KEYS, _place))
        self._add([*self._title(), *checks.texts({"question": self.data.get("question")})])
        if spec is None:
            # As many faults at once as can be told without the rest.
            self._add(experiment_faults.settings(self.data, {}, self.free))
            self._stop()
        assert spec is not None
        return spec

    def _title(self) -> Iterator[Fault]:
        yield from (one for one in checks.faults({"title": self.data.get("title")}) if one.loc == ("title",))

    # Scenarios

    def _chains(self, table: Table | None) -> dict[str, list[Node]]:
        """Return the files of each storyline by its name, that of the file's key or of its choices."""
        if table is not None and "scenario" in table.columns:
            line = self.places["design", "file"].line
            names = table.laws()["scenario"].names
            return {one: self._chain(Node(one, self.root.file, line)) for one in names}
        given = self.data["uncertainties"].get("scenario") if "uncertainties" in self.data else None
        if given is None:
            single = self.root.value.get("scenario") or Node("baseline", self.root.file, 0)
            return {str(single.value): self._chain(single)}
        if self.data.get("scenario") is not None:
            self._add(
                [Fault(("scenario",), "expected either 'scenario' here or among the uncertainties; drop one")]
            )
        self._add(distributions.faults(given, ("uncertainties", "scenario"), None))
        self._stop()
        listed = self.root.value["uncertainties"].value["scenario"]
        if isinstance(listed.value, dict):
            listed = listed.value["categorical"]
        return {str(one.value): self._chain(one) for one in listed.value}

    def _chain(self, one: Node) -> list[Node]:
        path, name = neighbour(one, self.path, self.root.file, "scenario")
        return chain(path, name)

    # What varies

    def _laws(self, scenarios: Mapping[str, Scenario]) -> dict[str, Law]:
        given = self.data.get("uncertainties") or {}
        made: dict[str, Law] = {}
        for name, one in given.items():
            loc: Loc = ("uncertainties", name)
            if name == FROM_GRADES:
                made |= self._from_grades(one, loc, scenarios, given)
                continue
            quantity = self.free.get(name)
            if quantity is None and name not in CHOICES:
                self._add([Fault(loc, self._unknown(name))])
                continue
            faults = list(distributions.faults(one, loc, quantity))
            self._add(faults)
            if not faults:
                made[name] = distributions.law(one, name in CHOICES)
                self._add(self._names(name, made[name], loc))
        return made

    def _unknown(self, name: str) -> str:
        quantity = self.model.world.get(name)
        if quantity is not None:
            return checks.derived(quantity)
        return unknown("parameter, variable or choice", name, [*self.free, *CHOICES, FROM_GRADES])

    def _names(self, name: str, law: Law, loc: Loc) -> Iterator[Fault]:
        if name == "reading":
            for one in law.names:
                if one not in catalogue.reading_names():
                    yield Fault(loc, unknown("reading", one, catalogue.reading_names()))
        if name == "start":
            for one in law.names:
                if values.day(one) is None:
                    yield Fault(loc, f"expected dates like 2022-03-07, found {shown(one)}")

    def _from_grades(
        self, grades: Any, loc: Loc, scenarios: Mapping[str, Scenario], given: Mapping[str, Any]
    ) -> dict[str, Law]:
        """Every parameter of these grades over its declared range, unless named by itself or set."""
        if not isinstance(grades, list) or not grades:
            self._add([Fault(loc, f"expected a list of grades ({', '.join(GRADES)}), found {shown(grades)}")])
            return {}
        wrong = [one for one in grades if one not in GRADES]
        if wrong:
            self._add([Fault(loc, unknown("grade", wrong[0], GRADES))])
            return {}
        fixed = {one.strength for one in self.model.rules.values()} | set(given)
        fixed |= regional.stated(scenarios.values(), self.data)
        return {
            name: distributions.of_quantity(one)
            for name, one in self.model.parameters.items()
            if name not in fixed and one.source.grade in grades and one.plausible[0] < one.plausible[1]
        }

    def _regional(self, scenarios: Iterable[Scenario], laws: Mapping[str, Law]) -> dict[str, Law]:
        if self.region is None:
            return {}
        readings = laws["reading"].names if "reading" in laws else ()
        fixed = regional.stated(scenarios, self.data, readings) | set(self.data.get("uncertainties") or {})
        return regional.laws(self.region, self.free, fixed)

    def _variants(
        self, chains: Mapping[str, list[Node]], laws: Mapping[str, Law], spec: ExperimentFile
    ) -> None:
        """Make every scenario the experiment needs, so that none turns out wrong in the middle of it."""
        given = [self.root.value[key] for key in SETTINGS if key in self.root.value]
        names = [laws[one].names if one in laws else ("",) for one in CHOICES]
        pieces = [list(one.value.values()) for each in given for one in each.value.values()]
        combined = 1
        for one in [*names, *pieces]:
            combined *= len(one)
        if combined > MOST_VARIANTS:
            raise ScenarioError(
                f"{self.root.file}: expected at most {MOST_VARIANTS} combinations of scenarios, readings, "
                f"starts, conditions and levers, found {combined:,}; drop some"
            )
        for choice in product(*names):
            base = chains[choice[0]] if choice[0] else next(iter(chains.values()))
            for laid in product(*pieces):
                checked(layers(base, list(laid), choice, spec.weeks, spec.citizens))

    # Cases one by one

    def _table(self, spec: ExperimentFile) -> Table:
        loc: Loc = ("design", "file")
        name = spec.design.file
        if name is None:
            self._add([Fault(("design",), "expected a file for cases, found none; add 'file: cases.csv'")])
            self._stop()
        assert name is not None
        here = self.path.resolve().parent
        wanted = Path(name)
        if wanted.is_absolute() or ".." in wanted.parts or not (here / wanted).resolve().is_relative_to(here):
            self._add([Fault(loc, f"expected a file beside this one, found {shown(name)}; copy it here")])
            self._stop()
        if not (here / wanted).is_file():
            near = nearest(name, [one.name for one in here.glob("*.csv")])
            self._add([Fault(loc, f"{shown(name)} does not exist{near}")])
            self._stop()
        return read_table(here / wanted, name, self.free)

    def _rules_off(self, spec: Scenario) -> Table:
        """Return the storyline as it is, then with each rule switched off alone that is on in it."""
        here = assumed(spec, self.model)
        strengths = [one.strength for one in self.model.rules.values()]
        on = {name: here.get(name, self.model.parameters[name].default) for name in strengths}
        on = {name: value for name, value in on.items() if value != 0.0}
        if not on:
            self._add([Fault(("design", "method"), "expected a storyline in which a rule is on, found none")])
            self._stop()
        rows = [tuple(on.values()), *(tuple((on | {name: 0.0}).values()) for name in on)]
        return Table(tuple(on), tuple(rows), tuple(range(len(rows))))

    def _table_laws(self, table: Table) -> dict[str, Law]:
        made = table.laws()
        for name in CHOICES:
            if name in made:
                self._add(self._names(name, made[name], ("design", "file")))
        self._stop()
        return made


def _place(loc: Loc) -> str:
    first = loc[0] if loc else "experiment"
    keys = {
        "design": "design",
        "trajectories": "trajectories",
        "constraints": "constraint",
        "goals": "goal",
        "plan": "plan",
        "across": "across",
    }
    return keys.get(str(first), "experiment")

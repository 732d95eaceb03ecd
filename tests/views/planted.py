"""Results made of drawn numbers, not of the model: their pictures change only when drawing does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim.analysis.answers.digest import Digest
from sim.analysis.choosing.plans import COLUMNS, COMMITMENT, Confirmation
from sim.analysis.choosing.robustness import Robustness, stated
from sim.analysis.deciding.boxes import Box, Fit, Limit
from sim.analysis.deciding.indices import Sensitivity
from sim.model.outcomes import PATHS
from sim.study import tables
from sim.study.experiment.search import Search
from sim.study.results.study import Study
from sim.study.sweep.manifest import Entry
from sim.views.plots.sheets.course import FANS

WEEKS = 40
VERSIONS = {"panj": "0.0", "numpy": "0"}


def chance(number: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[7, number]))


def runs(risk: NDArray[np.float64], case: NDArray[np.int64], replicate: NDArray[np.int64]) -> pd.DataFrame:
    """Runs that end in clashes or worse with these chances, and otherwise mostly quietly."""
    n, draw = len(risk), chance(1)
    bad = draw.random(n) < risk
    code = np.where(
        bad,
        draw.choice(4, n, p=[0.05, 0.1, 0.35, 0.5]),
        draw.choice([4, 5, 6, 7], n, p=[0.1, 0.5, 0.25, 0.15]),
    )
    second = draw.integers(0, 8, n)
    first = {"escalation": draw.exponential(30 / (0.3 + 2 * risk)), "rapprochement": draw.exponential(25, n)}
    columns: dict[str, Any] = {
        "case": case,
        "replicate": replicate,
        "path": tables.named(code, PATHS),
        "fits": pd.array((1 << code) | (1 << second) | 128, dtype="Int64"),
        "blood": pd.array(bad & (draw.random(n) < 0.7), dtype="boolean"),
    }
    for ladder, when in first.items():
        final = np.where(when < WEEKS, draw.integers(1, 4, n), draw.integers(0, 2, n))
        columns[f"final_{ladder}"] = pd.array(final, dtype="Int64")
        columns[f"peak_{ladder}"] = pd.array(np.minimum(final + draw.integers(0, 2, n), 5), dtype="Int64")
        for rung in range(1, 6):
            week = np.ceil(when * rung / 2)
            columns[f"first_{ladder}_{rung}"] = np.where(week <= WEEKS, week, np.inf)
    columns["deaths"] = pd.array(bad * draw.poisson(9, n), dtype="Int64")
    columns["approval"] = np.clip(0.5 + 0.2 * risk + draw.normal(0, 0.1, n), 0, 1)
    columns["refugees_hosted"] = 15000 + 9000 * draw.random(n)
    columns["failure"] = pd.array([None] * n, dtype="string")
    return pd.DataFrame(columns)


def changes(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Changes of rung: up to the highest ever at its first week, and none down."""
    frames = []
    for ladder in tables.LADDERS:
        for rung in (1, 2, 3):
            week = outcomes[f"first_{ladder}_{rung}"].to_numpy(dtype=np.float64, na_value=np.nan)
            some = np.isfinite(week)
            frames.append(
                pd.DataFrame(
                    {
                        "case": outcomes["case"][some],
                        "replicate": outcomes["replicate"][some],
                        "week": week[some].astype(np.int32),
                        "ladder": ladder,
                        "from": rung - 1,
                        "to": rung,
                    }
                )
            )
    joined = pd.concat(frames, ignore_index=True)
    return joined.astype(
        {"ladder": pd.CategoricalDtype(pd.Index(tables.LADDERS)), "from": "int8", "to": "int8"}
    )


# An ensemble


def ensemble(count: int = 240) -> sim.Result:
    draw = chance(2)
    each = np.arange(count)
    case = 1 + each // 8
    wide = runs(draw.beta(1.2, 6, case.max() + 1)[case], case, each).assign(part="plausible")
    outcomes = pd.concat([runs(np.full(count, 0.12), 0 * each, each).assign(part="defaults"), wide])
    outcomes["part"] = outcomes["part"].astype(pd.CategoricalDtype(pd.Index(tables.PARTS)))
    outcomes = outcomes.reset_index(drop=True)
    moved = changes(outcomes)
    readings = pd.DataFrame(
        [
            (name, path, 100, share)
            for name, way in (("as read", 1), ("sincere", 2), ("weary", 3))
            for path, share in zip(PATHS, chance(way).dirichlet(np.arange(1, 9)), strict=True)
        ],
        columns=["reading", "path", "runs", "share"],
    )
    events = [
        SimpleNamespace(name="one event", on=date(2021, 10, 4), change={"troops": None}),
        SimpleNamespace(name="another soon after", on=date(2021, 10, 18), change={"kin_floor": None}),
    ]
    spec: Any = SimpleNamespace(
        title="Drawn numbers",
        hash="0" * 64,
        start=date(2021, 8, 16),
        weeks=WEEKS,
        citizens=0,
        world={},
        parameters={},
        events=events,
    )
    identity = {"seed": 0, "runs": count, "plausible": True, "versions": VERSIONS, "source": ""}
    design = pd.DataFrame({"case": 1 + np.arange(case.max()), "russian_guarantee": 0.5})
    return sim.Result(identity, outcomes, moved, _quantiles(count), design, readings, _spec=spec)


def _quantiles(count: int) -> pd.DataFrame:
    week = np.arange(WEEKS + 1)
    frames = []
    for number, variable in enumerate(FANS):
        size = 1.0 if number < 4 else {"power_owed": 9e6}.get(variable, 15000.0)
        middle = size * (0.5 + 0.2 * np.sin(week / 9 + number))
        for part, spread in (("defaults", 0.08), ("plausible", 0.2)):
            frame = pd.DataFrame(
                {"part": part, "variable": variable, "week": week, "runs": count, "mean": middle}
            )
            for name, z in (("q05", -1.6), ("q25", -0.7), ("q50", 0.0), ("q75", 0.7), ("q95", 1.6)):
                frame[name] = middle + z * spread * size
            frames.append(frame)
    return pd.concat(frames, ignore_index=True)


# A sweep


class Sweep(Study):
    """A sweep that lies nowhere: its tables are given."""

    def __init__(self, experiment: Mapping[str, Any], outcomes: pd.DataFrame | None = None) -> None:
        self.folder, self.condition = Path("drawn"), None
        made = sim.load_experiment(dict(experiment))
        made.__dict__["hash"] = "0" * 64
        self.__dict__["experiment"] = made
        self.__dict__["design"] = self.setup.design()
        self.__dict__["outcomes"] = self._drawn() if outcomes is None else outcomes
        self.__dict__["changes"] = changes(self.outcomes)
        if made.trajectories is not None:
            self.__dict__["trajectories"] = self._weekly(made.trajectories.variables)
        self.identity = {
            "versions": VERSIONS,
            "seed": 0,
            "runs": len(self.outcomes),
            "cases": len(self.design),
        }

    entries: Any = MappingProxyType({0: Entry(0, 0, 0, 0.0, {})})
    complete: Any = True
    rows: Any = property(lambda self: len(self.outcomes))
    done = property(lambda self: len(self.outcomes))  # type: ignore[assignment]
    failed = property(lambda self: int(self.outcomes["failure"].notna().sum()))  # type: ignore[assignment]

    def pieces(self, table: str = "outcomes", names: Sequence[str] = ()) -> Iterator[pd.DataFrame]:
        yield getattr(self, table)

    def _drawn(self) -> pd.DataFrame:
        case = np.repeat(np.arange(len(self.design)), self.experiment.replicates)
        turn = np.tile(np.arange(self.experiment.replicates), len(self.design))
        risk = 0.05 + 0.35 * (1 - self.design["russian_guarantee"].to_numpy(np.float64))
        if "talks" in self.design:
            risk *= np.where(self.design["talks"] == "early", 0.4, 1.0)
        if "shock" in self.design:
            # Talks help where the shock came, and harm where it did not.
            came, early = self.design["shock"] == "both", self.design["talks"] == "early"
            risk *= np.where(came, 2.0, np.where(early, 4.0, 1.0))
        return runs(np.asarray(risk, np.float64)[case], case, self.setup.address(case, turn))

    def _weekly(self, variables: list[str]) -> pd.DataFrame:
        week, cases = np.arange(WEEKS + 1), len(self.design)
        level = 0.3 + 0.4 * chance(5).random(cases)
        frames = []
        for number, name in enumerate(variables):
            middle = (level[:, None] + 0.1 * np.sin(week / 6 + number)).ravel()
            keys = {"case": np.repeat(np.arange(cases), WEEKS + 1), "week": np.tile(week, cases)}
            frame = pd.DataFrame({**keys, "variable": name, "runs": self.experiment.replicates})
            for quantile, z in (("q05", -1.6), ("q25", -0.7), ("q50", 0.0), ("q75", 0.7), ("q95", 1.6)):
                frame[quantile] = middle + 0.05 * z
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)


EXPERIMENT: dict[str, Any] = {
    "panj": 1,
    "title": "Drawn numbers",
    "weeks": WEEKS,
    "citizens": 0,
    "replicates": 4,
    "seed": 0,
    "design": {"method": "grid", "levels": 6},
    "uncertainties": {
        "russian_guarantee": {"uniform": [0, 1]},
        "hardship": {"uniform": [0.3, 0.8]},
        "reading": ["as_read", "sincere"],
    },
    "levers": {
        "talks": {
            "free": {},
            "early": {"commitments": [{"actor": "dushanbe", "instrument": "contact", "insist": "warm"}]},
        }
    },
    "goals": [
        {"minimise": "share(war, fighting, fight and talk, clashes)", "enough": 0.1},
        {"maximise": "mean(approval)"},
        {"maximise": "mean(refugees_hosted)"},
    ],
    "trajectories": {"variables": ["rhetoric", "tension"]},
}


#: Two conditions beside the lever: talks help under one and harm under the other.
SHOCK = {
    "shock": {
        "none": {},
        "both": {"world": {"remittances": 0.3}},
    }
}


def sweep(**other: Any) -> Digest:
    """A sweep with every answer at hand, those of slow or changing analyses drawn as well."""
    digest = Digest(Sweep({**EXPERIMENT, **other}))
    names = ["russian_guarantee", "hardship", "reading", "dummy"]
    value = np.array([0.62, 0.2, 0.08, 0.01])
    indices = pd.DataFrame({"name": names})
    for column, size in (("ST", value), ("S1", 0.8 * value)):
        indices[column], indices[f"{column}_low"] = size, size - 0.06
        indices[f"{column}_high"], indices[f"{column}_half"] = size + 0.06, size
    digest.__dict__["drivers"] = Sensitivity(
        "sobol", "", "share", indices, pd.DataFrame(), 64, 0, 0, 0.4, True
    )
    steps = pd.DataFrame(
        {
            "coverage": [1.0, 0.95, 0.9, 0.8, 0.6, 0.3],
            "density": [0.2, 0.3, 0.4, 0.55, 0.7, 0.75],
            "limits": [0, 1, 1, 2, 2, 2],
            "chosen": [False, False, False, False, True, False],
        }
    )
    limits = (Limit("russian_guarantee", None, 0.45), Limit("hardship", 0.45, None))
    box = Box(limits, Fit(40, 28, 144, 46), None, steps)
    digest.__dict__["discovery"] = SimpleNamespace(boxes=(box,), reason="", overall=Fit(144, 46, 144, 46))
    answers = (
        pd.DataFrame({"mean": [0.21, 0.09]}),
        pd.DataFrame({"mean": [0.55, 0.52]}),
        pd.DataFrame({"mean": [2e4, 1.8e4]}),
    )
    front = np.array([True, True])
    digest.__dict__["policies"] = Robustness(
        {}, ("free", "early"), stated(digest.source.experiment), answers, front, "early", (), 0.2, 72, 0
    )
    return digest


# A search


GOALS = ("share(war, fighting, fight and talk, clashes)", "mean(approval)")


def confirmation(study: object = None) -> Confirmation:
    """Three plans by two goals, the last of which did not hold."""
    names, unknown = ("plan A", "plan B", "plan C"), (np.nan, np.nan, np.nan)
    rows = [
        (name, goal, middle, 0.0, middle, middle - width, middle + width, middle - base, 0.0, 0.0, *unknown)
        for name, *values in zip(names, (0.05, 0.12, 0.2), (0.45, 0.55, 0.56), strict=True)
        for goal, middle, width, base in zip(GOALS, values, (0.03, 0.01), (0.15, 0.52), strict=True)
    ]
    search = Search.of(
        {
            "evaluations": 40,
            "population": 20,
            "seeds": 2,
            "plan": {"actor": "dushanbe", "may": ["contact.warm"], "when": {"tension": [0.1, 0.9]}},
            "across": {},
            "goals": [{"minimise": GOALS[0]}, {"maximise": GOALS[1]}],
            "limits": [],
        }
    )
    bound = {"name": "a", "actor": "dushanbe", "instrument": "contact", "insist": "warm"}
    plans: dict[str, Any] = {name: {"commitments": [bound]} for name in names}
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Confirmation(search, plans, table, {"plan C": "beaten"}, 64)


def searched() -> tuple[None, Any]:
    """No study, and the record of its search."""
    draw = chance(8)
    risk = draw.uniform(0.03, 0.3, 80)
    approval = 0.4 + 0.5 * risk + draw.normal(0, 0.02, 80)
    course = [(seed, 10 * k, 1 - 0.6 * np.exp(-k / (2 + seed))) for seed in (0, 1) for k in range(1, 5)]
    return None, SimpleNamespace(
        rows=range(80),
        table=pd.DataFrame({"candidate": ["{}", *79 * ("x",)], GOALS[0]: risk, GOALS[1]: approval}),
        course=lambda: pd.DataFrame(course, columns=["seed", "evaluations", "hypervolume"]),
    )


def pathways(study: object = None) -> pd.DataFrame:
    """When two commitments of two plans began, and where runs ended."""
    kept = (("plan A", "contact", "warm", (0.3, 0.5, 0.2)), ("plan B", "words", "veil", (0.8, 0.05, 0.15)))
    rows = [
        (plan, "dushanbe", instrument, option, week, path, begun * ends, 100)
        for plan, instrument, option, shares in kept
        for week, begun in zip((0, 1, 27), shares, strict=True)
        for path, ends in (("clashes", 0.2), ("quiet accommodation", 0.5), ("cold peace", 0.3))
    ]
    return pd.DataFrame(rows, columns=["plan", *COMMITMENT, "from_week", "path", "share", "runs"])

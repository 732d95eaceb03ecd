"""Every kind of picture looks as it did: compared with pictures kept beside this file.

They are drawn from made-up numbers, so a change of the model leaves them alone; CONTRIBUTING says how
to make them anew when a change of drawing is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import sim
from sim.analysis.answers import baseline, null
from sim.analysis.answers.digest import Digest
from sim.analysis.answers.shares import SHOWN
from sim.analysis.article.ablation import Ablation, Worth
from sim.analysis.runs import DEFAULTS, Stored
from sim.analysis.statistics.pairs import Effect, effect, level
from sim.study.tables import QUANTILES
from sim.views.plots import style
from sim.views.plots.sheets import KINDS, compare, search, tornado, usual
from tests.views import planted

#: With which release of matplotlib the pictures were made; others draw letters a little otherwise.
MADE_WITH = "3.11."

other_release = pytest.mark.skipif(
    not matplotlib.__version__.startswith(MADE_WITH),
    reason=f"the pictures were made with matplotlib {MADE_WITH}x, here is {matplotlib.__version__}",
)
#: Small pictures: enough to see a colour, a line or a word move.
compared: Callable[..., Any] = pytest.mark.mpl_image_compare(
    baseline_dir="baseline",
    style=["default", str(style.SHEET)],
    savefig_kwargs={"dpi": 45},
    tolerance=0.5,
)


#: Kinds that an ensemble and a sweep have something to show for.
OF_ENSEMBLES = ("paths", "joint", "ladders", "fan", "incidence", "orders", "null", "sources", "ternary")
OF_SEARCHES = ("front", "pathways", "progress")
OF_SWEEPS = tuple(kind for kind in KINDS if kind not in ("fan", *OF_SEARCHES))


def picture(test: Callable[..., Figure]) -> Callable[..., Figure]:
    """Compare what a test draws with the picture of its name."""
    marked: Callable[..., Figure] = other_release(compared(test))
    return marked


@pytest.fixture(scope="module")
def ensemble() -> Digest:
    return Digest(planted.ensemble())


@pytest.fixture(scope="module")
def digest() -> Digest:
    return planted.sweep()


def beside(groups: list[str]) -> pd.DataFrame:
    """A table as the null model's: shares of two models, and the same for every group."""
    frames = []
    for number, model in enumerate(("model", "null model")):
        share = np.append(planted.chance(number).dirichlet(np.arange(1, 9)), 0.2)
        frames += [
            pd.DataFrame(
                {
                    "group": name,
                    "model": model,
                    "path": SHOWN,
                    "share": share,
                    "runs": 100,
                    "low": 0.8 * share,
                    "high": 1.2 * share,
                }
            )
            for name in groups
        ]
    return pd.concat(frames, ignore_index=True)


def lower(runs: Stored) -> pd.DataFrame:
    """A table as the baseline's: a little below the runs at the defaults."""
    table = runs.weekly()
    mine = table[table["group"] == DEFAULTS].assign(group=baseline.BASELINE)
    return mine.assign(**{name: 0.8 * mine[name] for name in QUANTILES})


@picture
@pytest.mark.parametrize("kind", OF_ENSEMBLES)
def test_ensemble(ensemble: Digest, kind: str, monkeypatch: pytest.MonkeyPatch) -> Figure:
    monkeypatch.setattr(null, "null", lambda _, groups: beside([one.name for one in groups]))
    monkeypatch.setattr(baseline, "baseline", lower)
    return KINDS[kind](ensemble, None).figure


@picture
@pytest.mark.parametrize("kind", OF_SWEEPS)
def test_sweep(digest: Digest, kind: str, monkeypatch: pytest.MonkeyPatch) -> Figure:
    monkeypatch.setattr(null, "null", lambda _, groups: beside([one.name for one in groups]))
    return KINDS[kind](digest, None).figure


@picture
@pytest.mark.parametrize("kind", OF_SEARCHES)
def test_search(digest: Digest, kind: str, monkeypatch: pytest.MonkeyPatch) -> Figure:
    study, record = planted.searched()
    monkeypatch.setattr(search, "_searched", lambda _: (study, record))
    monkeypatch.setattr(search, "confirmation", planted.confirmation)
    monkeypatch.setattr(search, "pathways", planted.pathways)
    return KINDS[kind](digest, None).figure


#: Results that are hard to draw, and the kinds in which it shows.
UGLY = {
    "twelve": ("paths", "shares", "incidence", "effects", "flows", "joint"),
    "one_run": ("paths", "incidence", "ladders"),
    "one_class": ("paths", "shares", "flows"),
    "no_clash": ("incidence", "effects", "ridges"),
}


@pytest.fixture(scope="module")
def ugly() -> dict[str, Digest]:
    """Twelve settings with long names, one run, runs that all end alike, runs without a clash."""
    bound = {"commitments": [{"actor": "dushanbe", "instrument": "contact", "insist": "warm"}]}
    levers = {
        "what": {name: {"world": {"fear": 0.1 * number}} for number, name in enumerate(LONG)},
        "act": {"nothing": {}, "mediation alone": bound, "mediation and two concessions": bound},
    }
    few = {**planted.EXPERIMENT, "design": {"method": "grid", "levels": 3}}
    rows = planted.Sweep(few).outcomes
    alike = pd.Categorical(["cold peace"] * len(rows), rows["path"].cat.categories)
    calm = rows.assign(
        path=alike, blood=False, peak_escalation=2, final_escalation=1, first_escalation_3=np.inf
    ).astype(rows.dtypes.to_dict())
    return {
        "twelve": planted.sweep(levers=levers, design=few["design"]),
        "one_run": Digest(planted.ensemble(1)),
        "one_class": Digest(planted.Sweep(few, rows.assign(path=alike))),
        "no_clash": Digest(planted.Sweep(few, calm)),
    }


LONG = (
    "the Russian base is thinned out",
    "remittances fall by two fifths",
    "both at once, and no way back",
    "calm",
)


@picture
@pytest.mark.parametrize(("case", "kind"), [(case, kind) for case, kinds in UGLY.items() for kind in kinds])
def test_ugly(ugly: dict[str, Digest], case: str, kind: str) -> Figure:
    return KINDS[kind](ugly[case], None).figure


@picture
def test_flows() -> Figure:
    return compare.figure(compared_scenarios())


@picture
def test_effects() -> Figure:
    return compare.effects_figure(compared_scenarios())


def compared_scenarios() -> Any:
    """What a comparison of two scenarios found, made up."""
    pairs = np.rint(planted.chance(9).random((8, 8)) ** 4 * 40) + 30 * np.eye(8)
    spec = SimpleNamespace(hash="0" * 64)
    contrasts = [
        SimpleNamespace(name=name, unit=unit, change=Effect(mean, mean - half, mean + half, 0.5, 0.5, 400))
        for name, unit, mean, half in (
            ("war", "share", 0.01, 0.02),
            ("cold peace", "share", -0.05, 0.02),
            ("weeks without a clash", "week", -9.0, 4.0),
        )
    ]
    return SimpleNamespace(
        flows=pairs,
        names=("one", "another"),
        specs=(spec, spec),
        seed=0,
        sound=np.ones(400, bool),
        flipped=SimpleNamespace(mean=0.3, low=0.25, high=0.35),
        contrasts=contrasts,
    )


@picture
def test_worth(monkeypatch: pytest.MonkeyPatch) -> Figure:
    monkeypatch.setattr(sim, "__version__", "0.0")
    draw = planted.chance(11)

    def worth(name: str, size: float) -> Worth:
        values = {
            key: effect(draw.choice([0.0, np.sign(size)], 200, p=[1 - abs(size), abs(size)]))
            for key in ("clashes", "talks")
        }
        share = {key: level((draw.random(200) < 0.2).astype(float)) for key in values}
        return Worth(name, (name,), (7,), share, values, dict.fromkeys(values, 1.0), None)

    rules = tuple(worth(name, size) for name, size in (("D5", 0.3), ("W1", -0.2), ("T4", 0.1), ("D9", 0.02)))
    base = {key: level((draw.random(200) < 0.4).astype(float)) for key in ("clashes", "talks")}
    return tornado.figure(Ablation(base, worth("null", 0.2), rules, rules, (), 200, 0, None))


def test_every_kind_has_a_picture_to_compare_with() -> None:
    kept = {path.stem for path in (Path(__file__).parent / "baseline").glob("*.png")}
    kinds = {f"test_ensemble_{kind}" for kind in OF_ENSEMBLES} | {f"test_sweep_{kind}" for kind in OF_SWEEPS}
    kinds |= {f"test_search_{kind}" for kind in OF_SEARCHES}
    assert {*OF_ENSEMBLES, *OF_SWEEPS, *OF_SEARCHES} == set(KINDS)
    assert set(usual(Digest(planted.ensemble()).runs)) <= set(OF_ENSEMBLES)
    kinds |= {f"test_ugly_{case}-{kind}" for case, named in UGLY.items() for kind in named}
    assert kept == kinds | {"test_flows", "test_effects", "test_worth"}

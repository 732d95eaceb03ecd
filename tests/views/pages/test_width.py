"""Every page fits 80 columns, uses more where there is more, and loses nothing for it."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

import sim
from sim.analysis.article.ablation import ablation
from sim.analysis.article.claims import claims as judged
from sim.analysis.article.readings import claims_by_reading
from sim.analysis.choosing.compare import compare as compared
from sim.analysis.choosing.tip import tip as tipping
from sim.analysis.deciding import cases
from sim.analysis.past.hindcast import hindcast as asked
from sim.model.registry import load
from sim.study.results.study import Study
from sim.study.sweep.estimate import estimate
from sim.views import terminal
from sim.views.one_run import brief, week
from sim.views.one_run.lines import rendered
from sim.views.pages import claims, compare, discover, hindcast, rules, run, sensitivity, sweep, tip
from tests.conftest import SWEEP

Pages = dict[str, Callable[[], RenderableType]]

#: Twelve settings with long names: the page that broke.
MANY = SWEEP | {
    "design": {"method": "lhs", "size": 6},
    "replicates": 2,
    "conditions": {
        "shock": {
            name: {"parameters": {"remittances_rest": level}}
            for name, level in (("none", 1.0), ("remittances fall", 0.8), ("less still", 0.75), ("both", 0.7))
        }
    },
    "levers": {
        "mediator": {
            "none": {},
            "mediation": {
                "commitments": [{"actor": "uzbekistan", "instrument": "go_between", "insist": "mediate"}]
            },
            "mediation and two concessions": {
                "commitments": [
                    {"actor": "uzbekistan", "instrument": "go_between", "insist": "mediate"},
                    {"actor": "dushanbe", "instrument": "words", "avoid": ["denounce"]},
                ]
            },
        },
    },
}


WIDTHS = (80, 120)
#: Wide enough for every line.
ENDLESS = 1000


#: Pages of which --brief shows a part.
BRIEF = ("run", "compare", "sweep", "sensitivity --full", "claims", "claims --readings", "hindcast")


@pytest.fixture(scope="module")
def pages(small_sweep: Path, small_saltelli: Path, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Every page of the command from small runs, each made when it is asked for."""
    folder = tmp_path_factory.mktemp("pages")
    spec = sim.load_scenario("baseline").replace(weeks=60, citizens=0)
    other = sim.load_scenario("thin_guarantee").replace(weeks=60, citizens=0)
    model, study = load(), Study(small_sweep)
    result = cache(lambda: sim.run(spec, runs=40, seed=2))
    many = cache(lambda: sim.sweep(MANY, folder / "many", threads=1))
    story = cache(lambda: sim.trace(spec, replicate=3))
    pair = cache(lambda: compared(spec, other, runs=40, replays=2))
    told = cache(lambda: sim.explain(result(), 3))
    verdicts, questions = cache(lambda: judged(8)), cache(lambda: asked(20))
    every = rules.Matches(*(list(one.values()) for one in (model.rules, model.world, model.parameters)))
    tipped = cache(lambda: tipping(spec, "clashes", above=0.4, runs=10, only=["clash_base", "tension"]))
    return {
        "run": lambda: run.run_page(result(), Path("results/here"), []),
        "run --full": lambda: run.run_page(result(), Path("results/here"), [], full=True),
        "sweep": lambda: sweep.sweep_page(many()),
        "sweep --full": lambda: sweep.sweep_page(many(), full=True),
        "sweep of one setting": lambda: sweep.sweep_page(Study(small_saltelli)),
        "sweep --dry-run": lambda: sweep.forecast(estimate(many().setup), "results/here"),
        "compare": lambda: compare.compare_page(pair()),
        "compare --full": lambda: compare.compare_page(pair(), full=True),
        "explain": lambda: rendered(sim.stories(result()).lines(full=False)),
        "explain --full": lambda: rendered(sim.stories(result()).lines()),
        "explain --run": lambda: rendered(told().lines(full=False)),
        "explain --run --full": lambda: rendered(told().lines()),
        "explain --brief": lambda: brief.stories_page(sim.stories(result())),
        "explain --run --brief": lambda: brief.run_page(told()),
        "explain --why-not": lambda: rendered(
            sim.explain(result(), 3, actor="dushanbe", why_not="contact=warm").lines()
        ),
        "explain --against": lambda: rendered(sim.explain(result(), 3, against=5).lines()),
        "trace": lambda: story().page(),
        "trace --full": lambda: story().page(full=True),
        "trace --week": lambda: week.page(story().model, story().weeks[12]),
        "tip": lambda: tip.tip_page(tipped()),
        "rules": lambda: rules.rule_list(every.rules),
        "rules ID": lambda: rules.rule_page(model, model.rules["D5"]),
        "rules CLASS": lambda: rules.matches_page("war", rules.matching(model, "war")),
        "rules WORD": lambda: rules.matches_page("guarantee", rules.matching(model, "guarantee")),
        "rules --parameters": lambda: rules.quantity_list("Parameters", every.parameters),
        "rules --world": lambda: rules.quantity_list("Variables", every.world),
        "scenarios": lambda: rules.scenario_list(sim.scenarios()),
        "sensitivity": lambda: sensitivity.sensitivity_page(sim.sensitivity(small_saltelli)),
        "sensitivity --full": lambda: sensitivity.sensitivity_page(sim.sensitivity(small_saltelli), True),
        "discover": lambda: discover.discover_page(cases.discover(study, "mean(approval) > 0.5")),
        "claims": lambda: claims.claims_page(verdicts()),
        "claims --full": lambda: claims.claims_page(verdicts(), full=True),
        "claims --readings": lambda: claims.matrix(claims_by_reading(2)),
        "claims --ablation": lambda: claims.ablation_page(ablation(4, weeks=8), []),
        "hindcast": lambda: hindcast.hindcast_page(questions()),
        "hindcast --full": lambda: hindcast.hindcast_page(questions(), full=True),
        "status": lambda: sweep.status(study, sweep.sweep_record(study, verify=True)),
    }


PAGES = [
    *("run", "run --full", "sweep", "sweep --full", "sweep of one setting", "sweep --dry-run"),
    *("compare", "compare --full", "explain", "explain --full", "explain --run", "explain --run --full"),
    *("explain --brief", "explain --run --brief"),
    *("explain --why-not", "explain --against", "trace", "trace --full", "trace --week", "tip"),
    *("rules", "rules ID", "rules CLASS", "rules WORD", "rules --parameters", "rules --world", "scenarios"),
    *("sensitivity", "sensitivity --full", "discover", "claims", "claims --full", "claims --readings"),
    *("claims --ablation", "hindcast", "hindcast --full", "status"),
]


def printed(page: RenderableType, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    console.print(page)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def words(text: str) -> Counter[str]:
    return Counter(re.sub(r"[─━]+", " ", text).split())


def test_every_page_is_looked_at(pages: Pages) -> None:
    assert sorted(pages) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_loses_no_word(pages: Pages, name: str) -> None:
    page = pages[name]()
    whole = words(printed(page, ENDLESS))
    for width in WIDTHS:
        text = printed(page, width)
        assert max(len(line.rstrip()) for line in text.splitlines()) <= width
        lost = whole - words(text)
        assert not lost, f"{name} at {width} columns lost {dict(lost)}"
        assert not words(text) - whole


@pytest.mark.parametrize("name", BRIEF)
def test_a_brief_page_is_the_finding_and_one_table(
    pages: Pages, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    terminal.show(pages[name]())
    whole = capsys.readouterr().out.splitlines()
    terminal.show(pages[name](), brief=True)
    short = capsys.readouterr().out.splitlines()
    assert set(short) <= set(whole)
    assert len(short) < 0.7 * len(whole)
    assert sum(line.startswith("──") for line in short) == 1
    assert short[:4] == whole[:4]  # title, question, finding


@pytest.mark.parametrize(
    ("name", "opening", "row"),
    [
        ("explain", r"^.+: run (\d+:\d+), typical", r"(\d+:\d+) *$"),
        ("explain --run", r"^Week (\d+), from", r"^ *(\d+) +\d{4}-"),
    ],
)
def test_a_brief_explanation_is_one_table_with_a_row_for_each_part_of_the_whole(
    pages: Pages, name: str, opening: str, row: str
) -> None:
    whole, short = (printed(pages[one](), 80) for one in (name, f"{name} --brief"))
    parts = re.findall(opening, whole, re.M)
    assert parts
    assert sorted(re.findall(row, short, re.M)) == sorted(parts)
    assert sum(line.startswith("──") for line in short.splitlines()) == 1
    assert short.count("\n") < 0.7 * whole.count("\n")

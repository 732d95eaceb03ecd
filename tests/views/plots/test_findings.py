"""What pictures say above themselves, against the runs themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.analysis.answers.digest import Digest
from sim.analysis.answers.effects import ASKED
from sim.model.outcomes import ESCALATION, PATHS, RAPPROCHEMENT
from sim.study.questions import WORSE
from sim.views.numbers import percent
from sim.views.plots.sheets import KINDS, findings
from tests.views import planted


@pytest.fixture(scope="module")
def digest() -> Digest:
    return planted.sweep()


def said(digest: Digest, kind: str) -> str:
    sheet = KINDS[kind](digest, None)
    written = " ".join(" ".join(one.get_text().split()) for one in sheet.figure.texts)
    assert sheet.finding in written  # it is what stands above the picture
    return sheet.finding


@pytest.fixture(scope="module")
def talks(digest: Digest) -> pd.DataFrame:
    """Every valid run with its alternative."""
    rows = digest.source.outcomes[digest.source.outcomes["failure"].isna()]
    return rows.assign(group=digest.runs.cases["talks"].astype(str).to_numpy()[rows["case"]])


def test_ends_of_two_groups(digest: Digest, talks: pd.DataFrame) -> None:
    share = pd.crosstab(talks["group"], talks["path"].astype(str), normalize="index")
    path = share.loc["free"].idxmax()
    least, most = share[path].idxmin(), share[path].idxmax()
    wanted = f"{percent(share.loc[least, path])} ({least}) to {percent(share.loc[most, path])} ({most})"
    assert said(digest, "paths") == f"{path.capitalize()}: {wanted}"


def test_ends_of_an_ensemble_are_those_across_parameters() -> None:
    digest = Digest(planted.ensemble())
    rows = digest.source.part("plausible")
    share = rows["path"].value_counts(normalize=True)
    words = said(digest, "paths")
    assert words.startswith(
        f"Most often runs end in {share.idxmax()}: {percent(share.max())} across plausible"
    )
    assert words.endswith("for 90 % of parameter sets)")


def test_clashes_or_worse_with_what_chance_may_explain(digest: Digest, talks: pd.DataFrame) -> None:
    share = talks["path"].isin(WORSE).groupby(talks["group"]).mean()
    words = said(digest, "shares")
    assert words.startswith(f"Clashes or worse: {percent(share.min())} ({share.idxmin()}) to ")
    assert "Monte Carlo" not in words
    table = digest.shares()
    wide = table.assign(low=0.0, high=1.0)
    assert findings.worse(wide).endswith("which Monte Carlo error alone may explain")


def test_rungs_and_weeks(digest: Digest, talks: pd.DataFrame) -> None:
    free = talks[talks["group"] == "free"]
    pair = free.groupby(["peak_escalation", "peak_rapprochement"]).size()
    up, close = pair.idxmax()
    share = percent(pair.max() / len(free))
    assert said(digest, "joint").endswith(f"{ESCALATION[up]} and {RAPPROCHEMENT[close]}: {share} with free")
    came = np.isfinite(talks["first_rapprochement_3"]).groupby(talks["group"]).mean()
    ends = f"first official talks in {percent(came.min())} to {percent(came.max())}"
    assert said(digest, "incidence").endswith(ends)


def test_flows_and_effects(digest: Digest) -> None:
    sheet = KINDS["flows"](digest, None)
    apart = sheet.data[sheet.data["first"] != sheet.data["second"]]
    share = percent(apart["pairs"].sum() / sheet.data["pairs"].sum())
    row = apart.loc[apart["pairs"].idxmax()]
    assert sheet.finding.startswith(f"{share} end in another class with early, most often in {row['second']}")
    table = KINDS["effects"](digest, None).data
    assert (
        findings.effects(table.assign(low=-1.0, high=1.0), ASKED)
        == "Nothing differs beyond Monte Carlo error"
    )
    clear = table.assign(low=table["effect"] - 1e-3, high=table["effect"] + 1e-3)
    assert "with early, the clearest difference" in findings.effects(clear, ASKED)


def test_what_decides_and_where(digest: Digest) -> None:
    assert said(digest, "drivers") == "russian_guarantee decides most; 1 other stands out"
    assert said(digest, "boxes").startswith(f"{percent(28 / 40)} of cases meet it where russian_guarantee")
    assert said(digest, "tradeoff") == "Early has the least regret; 2 of 2 are beaten by no other"
    data = KINDS["map"](digest, None).data
    low, high = percent(data["share"].min()), percent(data["share"].max())
    assert said(digest, "map").startswith(f"Clashes or worse: from {low} (russian_guarantee ")
    assert f"to {high} (" in said(digest, "map")
    assert any(one in said(digest, "sources") for one in PATHS)

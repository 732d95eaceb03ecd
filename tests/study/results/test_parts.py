"""Tables read some cases or a column at a time are the tables; what is written in pieces is the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import sim
from sim.study.results import parts
from sim.study.results.parts import Rows
from sim.study.results.study import Study
from tests.study.sweeps import experiment

CONDITION = '("case" + replicate) % 3 = 1'


@pytest.fixture(scope="module", params=["grouped", "independent", "weekly"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = {"trajectories": {"variables": ["rhetoric", "fear"], "keep": "full"}}
    changes = kept if request.param == "weekly" else {"draws": request.param}
    place = tmp_path_factory.mktemp("parts") / "study"
    sim.sweep(experiment(**changes), place, threads=1)
    return place


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell more than the table of one case is too many."""
    monkeypatch.setattr(parts, "MOST_CELLS", 100)


@pytest.mark.parametrize("given", [None, CONDITION])
@pytest.mark.parametrize("table", ["outcomes", "changes"])
def test_pieces_are_the_table_in_its_order(folder: Path, small: None, table: str, given: str | None) -> None:
    study = Study(folder, given)
    whole = pd.concat(
        [pd.read_parquet(path) for path in sorted((folder / table).iterdir())], ignore_index=True
    )
    order = ["case", "replicate", *(["week", "ladder"] if table == "changes" else [])]
    whole = whole.sort_values(order, kind="stable", ignore_index=True)
    if given is not None:
        met = study.query('select distinct "case", replicate from outcomes')
        whole = whole.merge(met)
        assert 0 < len(met) < study.done
    pieces = list(study.pieces(table))
    assert len(pieces) > 3
    assert max(one["case"].nunique() for one in pieces) < study.setup.cases / 3
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole)


@pytest.mark.parametrize("given", [None, CONDITION])
def test_rows_answer_as_a_table_does(folder: Path, small: None, given: str | None) -> None:
    study = Study(folder, given)
    rows, table = Rows(study), study.outcomes
    assert len(rows) == len(table)
    some = np.flatnonzero(np.arange(len(table)) % 3 == 1)
    for mine, frame in ((rows, table), (rows.take(some), table.take(some)), (rows.take([]), table.take([]))):
        assert len(mine) == len(frame)
        frame = frame.reset_index(drop=True)
        pd.testing.assert_series_equal(mine["path"], frame["path"])
        pd.testing.assert_frame_equal(mine[["deaths", "case"]], frame[["deaths", "case"]])
    twice = rows.take(some).take(np.arange(0, len(some), 2))
    assert twice["approval"].tolist() == table["approval"].iloc[some[::2]].tolist()


def test_what_is_exported_does_not_hang_on_the_pieces(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {form: sim.export(folder, form, tmp_path / f"{form}-whole") for form in ("csv", "parquet")}
    monkeypatch.setattr(parts, "MOST_CELLS", 100)
    for form, paths in whole.items():
        for one, other in zip(paths, sim.export(folder, form, tmp_path / form), strict=True):
            if form == "csv":
                assert one.read_bytes() == other.read_bytes()
            else:
                assert pq.read_table(one).equals(pq.read_table(other))
                assert pq.read_schema(one).equals(pq.read_schema(other), check_metadata=True)
    if (folder / "trajectories").exists():
        assert len(pq.read_table(tmp_path / "parquet" / "trajectories.parquet")) == 48 * 21
    assert pq.ParquetFile(tmp_path / "parquet" / "outcomes.parquet").num_row_groups > 3

"""A result's tables as files for other tools."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pandas as pd

from sim.errors import ResultError, nearest
from sim.study.columns import columns
from sim.study.ensemble import store
from sim.study.files import DISK, put
from sim.study.parquet import encoded
from sim.study.results import datasets
from sim.study.results.hub import predictions
from sim.study.results.loading import load_results
from sim.study.results.result import Result
from sim.study.results.study import Study

if TYPE_CHECKING:
    import xarray as xr

FORMATS = ("csv", "parquet", "netcdf", "hub")
#: An infinite number as text: by `inf` DuckDB takes a column for dates, by `Inf` polars for words.
INFINITE = "1e999"
#: Truth as text: by `True` R takes a column for words.
BOOLEANS = {True: "TRUE", False: "FALSE"}
#: First characters by which a spreadsheet takes text for a formula.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Variables of a NetCDF file that are in memory as numbers at once.
TOGETHER = 4
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", re.ASCII)


def export(
    folder: str | Path, form: str, out: str | Path | None = None, given: str | None = None
) -> list[Path]:
    """Write a result's tables as files that other tools read; return their paths.

    Parameters
    ----------
    form
        `csv`: a file a table, text that a spreadsheet would run as a formula made harmless by an
        apostrophe, and beside each what its columns hold (CSVW). `parquet`: a file a table, with
        `long_name` and `unit` of each field. `netcdf`: outcomes and design in one file. `hub`: shares and
        quantiles of an ensemble as forecast hubs take them (see `sim.study.results.hub`).
    out
        Where to; default: a folder `export` inside the result folder.
    given
        A condition on the runs of a sweep.

    Raises
    ------
    ResultError
        The folder, the format or the condition is wrong.
    OSError
        Writing failed.
    """
    if form not in FORMATS:
        raise ResultError(f"no format {form!r}{nearest(form, FORMATS)}; formats: {', '.join(FORMATS)}")
    source = load_results(folder, given)
    place = Path(out) if out is not None else Path(folder) / "export"
    contents: dict[Path, bytes | Iterable[bytes]] = {}
    if form == "netcdf":
        contents[place / "outcomes.nc"] = netcdf(_datasets(source))
    elif form == "hub":
        for name, frame in predictions(source).items():
            contents[place / f"{name}.csv"] = text(frame).encode()
    else:
        for name, pieces in _tables(source):
            if form == "csv":
                contents[place / f"{name}.csv"] = _csv(pieces)
                contents[place / f"{name}.csv-metadata.json"] = _dictionary(name, pieces)
            else:
                contents[place / f"{name}.parquet"] = encoded(name, pieces())
    DISK.make_folder(place)
    put(DISK, contents)
    return list(contents)


#: A table in its order, piece by piece; each call begins anew.
Pieces = Callable[[], Iterable[pd.DataFrame]]


def _tables(source: Result | Study) -> Iterator[tuple[str, Pieces]]:
    if isinstance(source, Result):
        for name, frame in source.tables.items():
            yield Path(store.FILES[name]).stem, partial(iter, [frame])
        return
    for name in ("outcomes", "changes"):
        yield name, partial(source.pieces, name)
    yield "design", partial(iter, [source.design])
    if source.experiment.trajectories is not None:
        yield "trajectories", partial(source.pieces, "trajectories")


def _csv(pieces: Pieces) -> Iterator[bytes]:
    for number, piece in enumerate(pieces()):
        yield text(piece, head=number == 0).encode()


def _dictionary(name: str, pieces: Pieces) -> Iterator[bytes]:
    yield dictionary(name, next(iter(pieces()))).encode()


def text(frame: pd.DataFrame, digits: int | None = None, head: bool = True) -> str:
    """Return a table as CSV; missing cells are empty, numbers keep every digit unless told how many."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    if head:
        writer.writerow([harmless(str(name)) for name in frame.columns])
    for row in zip(*(_cells(frame[name], digits) for name in frame.columns), strict=True):
        writer.writerow(row)
    return made.getvalue()


def dictionary(name: str, frame: pd.DataFrame) -> str:
    """Return what the columns of a table's CSV hold, as CSVW describes them.

    Parameters
    ----------
    name
        Name of the table.
    """
    meanings = columns(name, list(frame.columns))
    described = [
        {
            "name": quote(column),
            "titles": harmless(column),
            "dc:description": meaning.meaning,
            "datatype": _datatype(frame[column]),
            "null": "",
            **({"schema:unitText": meaning.unit} if meaning.unit else {}),
        }
        for column, meaning in meanings.items()
    ]
    made = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{name}.csv",
        "tableSchema": {"columns": described},
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _datatype(column: pd.Series[Any]) -> str | dict[str, str]:
    if pd.api.types.is_bool_dtype(column):
        return {"base": "boolean", "format": "|".join(BOOLEANS.values())}
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(column) else "string"


def harmless(cell: str) -> str:
    """Return text so that no spreadsheet runs it; a number runs nothing."""
    return f"'{cell}" if cell.startswith(RISKY) and not _NUMBER.fullmatch(cell) else cell


def _cells(column: pd.Series[Any], digits: int | None) -> list[Any]:
    words = isinstance(column.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(column)
    if pd.api.types.is_bool_dtype(column):
        return ["" if pd.isna(one) else BOOLEANS[bool(one)] for one in column.tolist()]
    if not words:
        cells = ["" if pd.isna(one) else INFINITE if one == math.inf else one for one in column.tolist()]
        if digits is None:
            return cells
        return [f"{one:.{digits}g}" if isinstance(one, float) else one for one in cells]
    return ["" if pd.isna(one) else harmless(str(one)) for one in column.tolist()]


def netcdf(parts: Iterable[xr.Dataset]) -> Iterator[bytes]:
    """Yield a NetCDF file of datasets that differ by their variables; one of them is in memory at a time."""
    from xarray.backends import ScipyDataStore

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outcomes.nc"
        store = ScipyDataStore(str(path), mode="w", format="NETCDF3_64BIT")
        for made in parts:
            # The format knows no whole numbers of 64 bits: a seed is text, a number of chance a float.
            made.attrs["seed"] = str(made.attrs["seed"])
            for name, one in made.variables.items():
                if one.dtype.kind == "i" and np.abs(one).max(initial=0) > np.iinfo(np.int32).max:
                    made[name].encoding = {"dtype": "float64", "_FillValue": None}
            made.dump_to_store(store)
        store.close()
        with path.open("rb") as file:
            yield from iter(partial(file.read, 1 << 20), b"")


def _datasets(source: Result | Study) -> Iterator[xr.Dataset]:
    if isinstance(source, Result):
        yield source.to_xarray()
        return
    for first in range(0, len(datasets.NAMES), TOGETHER):
        yield datasets.of_study(source, datasets.NAMES[first : first + TOGETHER])

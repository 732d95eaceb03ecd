"""The record to the end of 2023 as a file of observations, made from the grid of the hindcast.

There is one record of what happened, `data/history.yaml`; `python -m sim.analysis.past.record` writes what a
filter can take of it to `scenarios/observed/record.yaml`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sim.analysis.past.history import FILE, START, read_grid
from sim.scenario import catalogue
from sim.study.files import DISK, put

#: How the grid makes numbers of weekly values, in the words of observations.
MEASURE = {"rise": "rise", "end": "value", "sum": "total", "mean": "mean", "least": "least", "most": "most"}

#: Chance that a thing of which nothing was found in the sources happened all the same: judgement.
UNREPORTED = 0.3

#: How far a rung that was read out of reports may be off: judgement.
RUNG = 1.0

#: How far the model may be off, in shares of a question's scale: judgement. In the hindcast its medians are
#: off by a fifth (median over the numbers) to two fifths (root mean square).
DISCREPANCY = 0.25

#: Numbers whose causes lie outside the model, which may be off by their whole scale: what was sent home from
#: Russia in 2022 rose with a war of which the model knows nothing.
OUTSIDE = ("remittances_2022", "remittances_2023")

#: Chance that the model is wrong about what happened in a quarter, whatever its run says: judgement.
WRONG = 0.05

#: Questions that ask again, another way, what others have answered.
AGAIN = ("hard_terms_2022", "hard_terms_2023", "infiltrators")

HEAD = """\
# yaml-language-server: $schema=./observations.schema.json
# What was counted and reported, November 2021 to December 2023; nothing after 31 December 2023 is in here.
# Written by sim.analysis.past.record from the questions of the hindcast that have a published answer.
panj: 1
title: What was counted and reported to the end of 2023
observed:
"""


def record(path: Path = FILE) -> str:
    """Return the text of the file of observations."""
    _, data = read_grid(path)
    rows = [*_events(data), *_rungs(data), *_quantities(data)]
    rows.sort(key=lambda row: (row.get("on") or row["until"], row["name"]))
    return HEAD + "".join(f"  - {{{', '.join(_pairs(row))}}}\n" for row in rows)


def write() -> Path:
    """Write the file that is shipped, and return its path."""
    path = catalogue.folder() / "observed" / "record.yaml"
    put(DISK, {path: record().encode()})
    return path


def _events(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, one in data["events"].items():
        if name in AGAIN:
            continue
        bound = next(word for word in ("above", "at_least", "below") if word in one)
        for given, quarters in (("yes", one.get("yes", ())), ("no", one.get("no", ()))):
            for quarter in quarters:
                row = _measure(data, one, f"{name} {quarter}", *data["quarters"][quarter])
                row |= _answer(bound, float(one[bound]), given == "yes", one["how"])
                row["discrepancy"] = WRONG
                if given in one.get("silence", ()) and "below" in row:
                    row["unreported"] = UNREPORTED
                yield row | _source(data, one)


def _answer(bound: str, level: float, yes: bool, how: str) -> dict[str, float]:
    """Return what is said of a measure by yes or no; a rise above nothing is one of a count at least."""
    if how == "rise":
        bound, level = "at_least", 1.0
    if bound == "below":
        return {"below" if yes else "at_least": level}
    return {bound if yes else "below": level}


def _rungs(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, one in data["rungs"].items():
        for quarter, answer in one["answers"].items():
            row = _measure(data, one, f"rung of {name} {quarter}", *data["quarters"][quarter])
            yield {**row, "equals": float(answer), "tolerance": RUNG} | _source(data, one)


def _quantities(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, one in data["quantities"].items():
        if name in AGAIN:
            continue
        row = _measure(data, one, name, one.get("from", one["on"]), one["on"])
        per = float(one.get("per", 1))
        if one["unit"] == "incidents":
            row |= {"count": int(one["answer"]), "unreported": UNREPORTED}
        else:
            row |= {"equals": per * float(one["answer"]), "tolerance": per * float(one["near"])}
            row["discrepancy"] = per * float(one["scale"]) * (1.0 if name in OUTSIDE else DISCREPANCY)
        yield row | _source(data, one)


def _measure(
    data: Mapping[str, Any], one: Mapping[str, Any], name: str, first: date, last: date
) -> dict[str, Any]:
    measure = MEASURE[one["how"]]
    row: dict[str, Any] = {"name": name.replace("_", " ")}
    row |= {"on": last} if measure == "value" else {"from": first, "until": last}
    row[measure] = one["reads"][0] if len(one["reads"]) == 1 else list(one["reads"])
    if "less" in one:
        row["less"] = float(one["less"])
    if one.get("of_start"):
        row["relative_to"] = {"from": START, "until": START}
    if "against" in one:
        row["relative_to"] = dict(zip(("from", "until"), one["against"], strict=True))
    return row


def _source(data: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first source of a question; what is to be known about it names the others."""
    first, *others = (data["sources"][key] for key in one["sources"])
    told = {
        "publisher": first["publisher"],
        "title": first.get("title") or first["about"],
        "date": str(first["date"]),
    }
    also = "; ".join(f"{other['publisher']}, {other['date']}" for other in others)
    why = [one["note"].strip()] if one.get("note") else []
    why += [f"also {also}"] if also else []
    return {"source": told} | ({"because": "; ".join(why)} if why else {})


def _pairs(row: Mapping[str, Any]) -> Iterator[str]:
    for key, value in row.items():
        yield f"{key}: {_text(value)}"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(_pairs(value))}}}"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    print(write())

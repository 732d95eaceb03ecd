"""The tables of a sweep, read from its parts some cases or a column at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.study import migrations
from sim.study.migrations import FORMAT
from sim.study.sweep.manifest import Entry
from sim.study.sweep.place import read_part

if TYPE_CHECKING:
    from sim.study.results.study import Study

Ints = NDArray[np.int64]

#: About how many cells of a table are in memory at once.
MOST_CELLS = 1_000_000
#: What rows of every table are in order of, as far as it has them.
ORDER = ("case", "replicate", "variable", "week", "ladder")


class Parts:
    """The parts of a sweep whose checksums hold.

    Parameters
    ----------
    entries
        What the manifest says of each block that is done.
    made
        Format of the folder.
    """

    def __init__(self, folder: Path, entries: Mapping[int, Entry], made: int) -> None:
        self.folder, self.entries, self.made = folder, entries, made

    def read(self, table: str, block: int, columns: list[str] | None = None) -> pd.DataFrame:
        """Return a table of one block, as this version would have made it."""
        if self.made == FORMAT:
            return read_part(self.folder, table, block, columns)
        old = {name: read_part(self.folder, name, block) for name in self.entries[block].parts}
        found = migrations.tables(old, self.made)[table]
        return found if columns is None else found[columns]

    def pieces(self, table: str, names: Sequence[str] = ()) -> Iterator[pd.DataFrame]:
        """Yield a table in its order, some cases at a time, so that memory does not grow with the study.

        Parameters
        ----------
        names
            Columns that are wanted beside `case` and `replicate`; default: all.

        Raises
        ------
        ResultError
            There is no such table, or no block is done.
        """
        if not self.entries:
            raise ResultError(f"{self.folder}: no block is done yet; run the sweep first")
        if any(table not in entry.parts for entry in self.entries.values()):
            raise ResultError(f"{self.folder} holds no {table}; the experiment did not ask for them")
        wanted = list(dict.fromkeys(["case", "replicate", *names])) if names else None
        for first, last in self._ranges(table, wanted):
            frames = []
            for block, (low, high) in self._spans.items():
                if low <= last and first <= high:
                    frame = self.read(table, block, wanted)
                    whole = first <= low and high <= last
                    frames.append(frame if whole else frame[frame["case"].between(first, last)])
            joined = pd.concat(frames, ignore_index=True)
            yield joined.sort_values(
                [one for one in ORDER if one in joined], kind="stable", ignore_index=True
            )

    def _ranges(self, table: str, wanted: list[str] | None) -> Iterator[tuple[int, int]]:
        """Yield the first and the last case of each piece of a table."""
        cases = max(last for _, last in self._spans.values()) + 1
        width = len(wanted or self.read(table, next(iter(self.entries))).columns)
        cells = width * sum(entry.parts[table].rows for entry in self.entries.values())
        step = max(cases * MOST_CELLS // max(cells, 1), 1)
        yield from ((first, min(first + step, cases) - 1) for first in range(0, cases, step))

    @cached_property
    def _spans(self) -> dict[int, tuple[int, int]]:
        """The first and the last case of each block."""
        case = {block: self.read("outcomes", block, ["case"])["case"] for block in self.entries}
        return {block: (int(one.min()), int(one.max())) for block, one in case.items()}


class Rows:
    """Runs of a sweep by case and replicate; a column is read from the parts whenever it is asked for.

    It answers to `[…]`, `len` and `take` as a data frame does.

    Parameters
    ----------
    places
        Which of the study's runs, ascending; default: all that are done, or that meet its condition.
    """

    def __init__(self, study: Study, places: Ints | None = None) -> None:
        self._study, self._places = study, places

    def __len__(self) -> int:
        return self._study.rows if self._places is None else len(self._places)

    @overload
    def __getitem__(self, names: str) -> pd.Series: ...

    @overload
    def __getitem__(self, names: list[str]) -> pd.DataFrame: ...

    def __getitem__(self, names: str | list[str]) -> pd.Series | pd.DataFrame:
        wanted = [names] if isinstance(names, str) else names
        frames, before = [], 0
        for piece in self._study.pieces("outcomes", wanted):
            chosen = piece[wanted]
            if self._places is not None:
                low, high = np.searchsorted(self._places, [before, before + len(piece)])
                chosen = chosen.take(self._places[low:high] - before)
            before += len(piece)
            frames.append(chosen)
        return pd.concat(frames, ignore_index=True)[names]

    def take(self, places: Sequence[int] | Ints) -> Rows:
        """Return the rows at these places, ascending."""
        chosen = np.asarray(places, np.int64)
        return Rows(self._study, chosen if self._places is None else self._places[chosen])


#: Runs as answers take them.
Table = pd.DataFrame | Rows

"""Tables as Parquet, written piece by piece, whose fields say what they hold and in which unit."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from sim.study.columns import columns


class Sink(io.RawIOBase):
    """A file that hands on what is written to it instead of keeping it."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.length = 0

    def writable(self) -> bool:
        """Say that it takes writing."""
        return True

    def tell(self) -> int:
        """Return how much was written so far."""
        return self.length

    def write(self, content: Any) -> int:
        """Take a piece."""
        piece = bytes(content)
        self.pieces.append(piece)
        self.length += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        """Return what was written since the last call."""
        written, self.pieces = b"".join(self.pieces), []
        return written


def encoded(name: str, frames: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    """Yield the bytes of a table, by its name, each frame a group of its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink, writer = Sink(), None
    for frame in frames:
        made = pa.Table.from_pandas(frame, preserve_index=False)
        if writer is None:
            meanings = columns(name, list(frame.columns))
            fields = [
                one.with_metadata({"long_name": meanings[one.name].meaning, "unit": meanings[one.name].unit})
                for one in made.schema
            ]
            writer = pq.ParquetWriter(sink, pa.schema(fields, made.schema.metadata), compression="zstd")
        writer.write_table(made.cast(writer.schema))
        yield sink.taken()
    if writer is not None:
        writer.close()
    yield sink.taken()

"""Bring scattered rows of one order together through a temporary file, so that memory stays flat."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec

from steward.modules.orders.ports import Row

CACHE_KIB = 32 * 1024
CHUNK = 5_000

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[str]).decode


def singly(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield every row on its own."""
    for row in rows:
        yield [row]


def gathered(rows: Iterable[Row], key: int) -> Iterator[list[Row]]:
    """Yield the rows of each key together; broken rows and rows without a key come first, each on its own."""
    with tempfile.TemporaryDirectory(prefix="steward-rows-") as folder:
        spool = sqlite3.connect(Path(folder) / "rows.sqlite3", isolation_level=None)
        try:
            _prepare(spool)
            yield from singly(_spooled(spool, rows, key))
            spool.execute("COMMIT")
            yield from _together(spool)
        finally:
            spool.close()


def _prepare(spool: sqlite3.Connection) -> None:
    """Lay the table out; nothing of it must survive a crash, so nothing is flushed."""
    spool.execute("PRAGMA journal_mode = OFF")
    spool.execute("PRAGMA synchronous = OFF")
    spool.execute("PRAGMA temp_store = FILE")
    spool.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    spool.execute("CREATE TABLE line (k TEXT, number INTEGER, cells BLOB)")
    spool.execute("BEGIN")


def _spooled(spool: sqlite3.Connection, rows: Iterable[Row], key: int) -> Iterator[Row]:
    """Write the good rows away and pass on the others."""
    part: list[tuple[str, int, bytes]] = []
    for row in rows:
        name = "" if row.problem else row.cells[key].strip()
        if not name:
            yield row
            continue
        part.append((name, row.number, _encode(row.cells)))
        if len(part) >= CHUNK:
            spool.executemany("INSERT INTO line VALUES (?, ?, ?)", part)
            part.clear()
    spool.executemany("INSERT INTO line VALUES (?, ?, ?)", part)


def _together(spool: sqlite3.Connection) -> Iterator[list[Row]]:
    """Read back in key order; SQLite sorts in a file of its own."""
    lines = spool.execute("SELECT k, number, cells FROM line ORDER BY k, number")
    lines.arraysize = CHUNK
    for _, part in groupby(lines, key=itemgetter(0)):
        yield [Row(number, _decode(cells)) for _, number, cells in part]

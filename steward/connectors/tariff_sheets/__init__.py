"""Read carriers' price sheets: XLSX, CSV and JSON as rows of named cells."""

from __future__ import annotations

import json
from pathlib import Path

from steward.connectors.spreadsheets import open_rows
from steward.modules.logistics.rules.tariff_mapping import flattened
from steward.modules.orders.ports import Hints, UnreadableFile

Records = list[tuple[int, dict[str, str]]]
MOST_ROWS = 20_000
LARGEST_JSON = 16 * 1024 * 1024


def read_sheet(path: Path, *, records: str = "", sheet: str = "") -> Records:
    """Read a file's rows, numbered as a spreadsheet shows them; what it is, its content says.

    `records` is the path to the rows inside a JSON file. Raises: UnreadableFile and its kinds.
    """
    with path.open("rb") as file:
        start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        return _json(path, records)
    found: Records = []
    with open_rows(path, Hints(sheet=sheet)) as source:
        for row in source.rows():
            if len(found) == MOST_ROWS:
                break
            found.append((row.number, dict(zip(source.header, row.cells, strict=False))))
    return found


def _json(path: Path, records: str) -> Records:
    if path.stat().st_size > LARGEST_JSON:
        raise UnreadableFile(file=path.name)
    try:
        rows = flattened(json.loads(path.read_text(encoding="utf-8-sig")), records)
        return [(number, row) for number, row in enumerate(rows, start=2) if number <= MOST_ROWS]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise UnreadableFile(file=path.name) from error

"""Read carriers' price sheets: XLSX, CSV and JSON as rows of named cells."""

from __future__ import annotations

import json
from pathlib import Path

from steward.connectors.spreadsheets import open_rows
from steward.connectors.spreadsheets.workbook import sheet_names as sheet_names
from steward.modules.logistics.ports import NoSuchSheet, TooManyRows, UnreadableSheet
from steward.modules.logistics.rules.tariff_mapping import flattened
from steward.modules.logistics.rules.tariff_text import MOST_ROWS, refuse_extra, refuse_twins
from steward.modules.orders.ports import Hints, UnreadableFile

Records = list[tuple[int, dict[str, str]]]
LARGEST_JSON = 16 * 1024 * 1024


def read_sheet(path: Path, *, records: str = "", sheet: str = "") -> Records:
    """Read a file's rows, numbered as a spreadsheet shows them; what it is, its content says.

    `records` is the path to the rows inside a JSON file, `sheet` names a sheet of a workbook ("": the first that holds
    anything). Raises: UnreadableFile and its kinds; UnreadableSheet where a part of it would be lost.
    """
    with path.open("rb") as file:
        start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        return _json(path, records)
    if sheet and sheet not in (names := sheet_names(path)) and names:
        raise NoSuchSheet(sheet=sheet, names=", ".join(names)[:200])
    found: Records = []
    with open_rows(path, Hints(sheet=sheet)) as source:
        refuse_twins(source.header)
        for row in source.rows():
            if row.problem is not None and row.problem.code != "wrong_columns":
                raise UnreadableSheet(row=row.number)
            refuse_extra(row.number, row.cells, len(source.header))
            if len(found) == MOST_ROWS:
                raise TooManyRows(most=MOST_ROWS)
            found.append((row.number, dict(zip(source.header, row.cells, strict=False))))
    return found


def _json(path: Path, records: str) -> Records:
    if path.stat().st_size > LARGEST_JSON:
        raise UnreadableFile(file=path.name)
    try:
        rows = list(flattened(json.loads(path.read_text(encoding="utf-8-sig")), records))
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise UnreadableFile(file=path.name) from error
    if len(rows) > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    return list(enumerate(rows, start=2))

"""Read carriers' price sheets: XLSX, CSV and JSON as rows of named cells."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from steward.connectors.spreadsheets import open_rows
from steward.connectors.spreadsheets.workbook import sheet_names as sheet_names
from steward.modules.logistics.ports import UnreadableSheet
from steward.modules.logistics.rules.tariff_mapping import flattened
from steward.modules.orders.ports import Hints, Row, UnreadableFile

Records = list[tuple[int, dict[str, str]]]
MOST_ROWS = 20_000
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
        known = {"sheet": sheet, "names": ", ".join(names)[:200]}
        raise UnreadableSheet(why=_("it has no sheet “%(sheet)s”, only: %(names)s") % known)
    found: Records = []
    with open_rows(path, Hints(sheet=sheet)) as source:
        _refuse_twins(source.header)
        for row in source.rows():
            _refuse_more(row, len(source.header), len(found))
            found.append((row.number, dict(zip(source.header, row.cells, strict=False))))
    return found


def _refuse_twins(header: Sequence[str]) -> None:
    """Refuse two columns of one name: nobody could tell which of them is meant."""
    twins = [name for name, count in Counter(name for name in header if name).items() if count > 1]
    if twins:
        raise UnreadableSheet(why=_("two columns are called “%(name)s”") % {"name": twins[0][:60]})


def _refuse_more(row: Row, columns: int, read: int) -> None:
    """Refuse a row with cells beside the columns, as a comma inside a number makes them, and rows past the last."""
    if row.problem is not None and row.problem.code != "wrong_columns":
        raise UnreadableSheet(why=_("row %(row)s cannot be read") % {"row": row.number})
    if any(cell.strip() for cell in row.cells[columns:]):
        raise UnreadableSheet(why=_("row %(row)s has more cells than there are columns") % {"row": row.number})
    if read == MOST_ROWS:
        raise UnreadableSheet(why=_("it has more than %(most)s rows") % {"most": MOST_ROWS})


def _json(path: Path, records: str) -> Records:
    if path.stat().st_size > LARGEST_JSON:
        raise UnreadableFile(file=path.name)
    try:
        rows = list(flattened(json.loads(path.read_text(encoding="utf-8-sig")), records))
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise UnreadableFile(file=path.name) from error
    if len(rows) > MOST_ROWS:
        raise UnreadableSheet(why=_("it has more than %(most)s rows") % {"most": MOST_ROWS})
    return list(enumerate(rows, start=2))

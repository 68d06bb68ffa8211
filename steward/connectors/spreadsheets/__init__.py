"""Read orders from CSV, XLSX and Parquet files as a stream of rows, and write the rows that are sent back."""

from __future__ import annotations

from pathlib import Path

from steward.connectors.spreadsheets import columnar, text, workbook
from steward.connectors.spreadsheets.rejects import RejectsFile as RejectsFile
from steward.connectors.spreadsheets.rejects import open_rejects as open_rejects
from steward.modules.orders.ports import EmptyFile, Hints, RowSource, UnknownFormat

GZIP, ZIP, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


def open_rows(path: Path, hints: Hints) -> RowSource:
    """Open a file by what it holds, whatever its name says.

    Raises: EmptyFile; UnknownFormat; WrongEncoding; SuspiciousFile; TooBigWorkbook.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise EmptyFile(file=path.name)
    if start == PARQUET:
        return columnar.ParquetRows(path)
    if start == ZIP:
        return workbook.WorkbookRows(path, hints)
    if start == OLD_WORKBOOK:
        raise UnknownFormat(file=path.name)
    return text.TextRows(path, hints, packed=start.startswith(GZIP))

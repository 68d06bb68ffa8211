"""Read the sheet of an XLSX workbook."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, ZipError

from steward.connectors.spreadsheets.opened import OpenedFile
from steward.modules.orders.ports import EmptyFile, Hints, Row, SuspiciousFile, TooBigWorkbook, UnknownFormat

UNPACKED_BYTES = 120 * 1024 * 1024  # measured: 1.6 bytes of memory for each unpacked byte
BOMB_SHARE = 400  # a workbook of one repeated value packs 1:100; a bomb 1:1000

Cell = int | float | str | bool | time | date | datetime | timedelta


class WorkbookRows(OpenedFile):
    """The first sheet that holds anything, or the one the mapping names."""

    def __init__(self, path: Path, hints: Hints) -> None:
        super().__init__(path)
        _refuse_giants(path)
        try:
            book = CalamineWorkbook.from_path(path)
            names = [hints.sheet] if hints.sheet in book.sheet_names else book.sheet_names
            sheets = (book.get_sheet_by_name(name) for name in names)
            self._sheet = next((sheet for sheet in sheets if sheet.total_height > 0), None)
        except (CalamineError, ZipError, OSError) as error:
            raise UnknownFormat(file=path.name) from error
        if self._sheet is None:
            raise EmptyFile(file=path.name)
        first = next(self._sheet.iter_rows(), [])
        self._accept_header([as_text(cell) for cell in first])

    def rows(self) -> Iterator[Row]:
        """Yield the records that hold anything; number as the sheet shows it."""
        assert self._sheet is not None
        top = self._sheet.start[0] + 1 if self._sheet.start else 1
        for offset, cells in enumerate(self._sheet.iter_rows()):
            texts = [as_text(cell) for cell in cells]
            if offset and any(texts):
                yield self._record(top + offset, texts)


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook, in its order; none where the file is no workbook. Raises: UnknownFormat."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return []
    _refuse_giants(path)
    try:
        return list(CalamineWorkbook.from_path(path).sheet_names)
    except (CalamineError, ZipError, OSError) as error:
        raise UnknownFormat(file=path.name) from error


def as_text(cell: Cell) -> str:
    """Write a cell as a person would type it: whole numbers without `.0`, dates as ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(round(cell, 10))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _refuse_giants(path: Path) -> None:
    """Look at what the archive says it unpacks to before anything is unpacked.

    Raises: UnknownFormat; SuspiciousFile; TooBigWorkbook.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnknownFormat(file=path.name) from error
    if not any(part.filename.startswith("xl/") for part in parts):
        raise UnknownFormat(file=path.name)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED_BYTES:
        packed = max(1, sum(part.compress_size for part in parts))
        raise (SuspiciousFile if unpacked > packed * BOMB_SHARE else TooBigWorkbook)(file=path.name)

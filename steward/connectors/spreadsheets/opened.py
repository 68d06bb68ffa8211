"""What every opened file can do, whatever its format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from steward.connectors.spreadsheets import spool
from steward.kernel.findings import Finding
from steward.modules.orders.ports import REASON_COLUMN, EmptyFile, Row

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SHIELD = "'"


class OpenedFile(ABC):
    """Hold the path and the header, and group rows; formats say how rows are read."""

    delimiter = ","

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: Sequence[str] = ()
        self.is_returned = False

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Yield the records in the order of the file."""

    def groups(self, key: int | None) -> Iterator[list[Row]]:
        """Yield the records that share the value of column `key`; without a key each on its own."""
        return spool.singly(self.rows()) if key is None else spool.gathered(self.rows(), key)

    def close(self) -> None:  # noqa: B027  (most formats hold nothing open)
        """Let go of the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept_header(self, cells: Sequence[str]) -> None:
        """Take the first record as the names of the columns; a returned rejects file loses its column of reasons."""
        names = [cell.strip() for cell in cells]
        while names and not names[-1]:
            names.pop()
        if not names:
            raise EmptyFile(file=self.path.name)
        self.is_returned = names[-1] == REASON_COLUMN
        self.header = names[:-1] if self.is_returned else names

    def _record(self, number: int, cells: list[str]) -> Row:
        """Fit a record to the header, or say that it does not fit."""
        width = len(self.header)
        if len(cells) == width and not self.is_returned:
            return Row(number, cells)
        if self.is_returned and len(cells) == width + 1:
            return Row(number, [unshielded(cell) for cell in cells[:width]])
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return Row(number, cells[:width])
        return Row(number, cells, wrong_columns(width, len(cells)))


def wrong_columns(expected: int, found: int) -> Finding:
    """State that a record has more or fewer columns than the header."""
    return Finding("row", "wrong_columns", "error", {"expected": str(expected), "found": str(found)})


def shielded(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula; plain numbers stay as they are.

    Source: OWASP, CSV injection.
    """
    if not cell.startswith((*FORMULA_STARTS, SHIELD)):
        return cell
    if cell[0] in "+-" and cell[1:].replace(".", "", 1).replace(",", "").isdecimal():
        return cell
    return SHIELD + cell


def unshielded(cell: str) -> str:
    """Undo `shielded`."""
    return cell[1:] if cell.startswith(SHIELD) and cell[1:].startswith((*FORMULA_STARTS, SHIELD)) else cell

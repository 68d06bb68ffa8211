"""Write the rows that were not taken: the original columns and one of reasons, fit for Excel and for sending again."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from steward.connectors.spreadsheets.opened import shielded
from steward.modules.orders.ports import REASON_COLUMN, RejectsSink


class RejectsFile:
    """A CSV file in UTF-8 with a byte-order mark, which Excel needs to show Chinese."""

    def __init__(self, path: Path, header: Sequence[str], delimiter: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._width = len(header)
        self._delimiter = delimiter
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._file, delimiter=delimiter)
        self._writer.writerow([*map(shielded, header), REASON_COLUMN])

    def write(self, cells: Sequence[str], reason: str) -> None:
        """Add one record, filled up or folded to the header's width."""
        fitted = list(cells[: self._width])
        if len(cells) > self._width:
            fitted[-1] = self._delimiter.join(cells[self._width - 1 :])
        fitted += [""] * (self._width - len(fitted))
        self._writer.writerow([*map(shielded, fitted), reason])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def open_rejects(path: Path, header: Sequence[str], delimiter: str) -> RejectsSink:
    """Start a file of rejects."""
    return RejectsFile(path, header, delimiter)

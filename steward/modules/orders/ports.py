"""What the orders module asks of whoever reads its files: rows with their numbers, and a file for those sent back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.findings import Finding

REASON_COLUMN = "原因 / reason"


class Row(NamedTuple):
    """One record as the file has it. `number` counts as spreadsheets do: the header is 1, the first record 2.

    `problem` says why the record itself is broken (wrong number of columns, undecodable); then `cells` is raw.
    """

    number: int
    cells: Sequence[str]
    problem: Finding | None = None


class Hints(Struct, frozen=True):
    """What a mapping knows of the file beforehand; empty means: find out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


class UnreadableFile(errors.Refusal):
    """Refuse a file as a whole."""

    code = "unreadable_file"
    status = 422
    message = _("The file “%(file)s” cannot be read. Send CSV, XLSX or Parquet.")


class EmptyFile(UnreadableFile):
    """Refuse a file without a header or without a row."""

    code = "empty_file"
    message = _("The file “%(file)s” holds no rows. The first line must name the columns, the orders follow.")


class UnknownFormat(UnreadableFile):
    """Refuse what is neither text nor a workbook nor Parquet."""

    code = "unknown_format"
    message = _("The file “%(file)s” is no CSV, XLSX or Parquet file. Save it as one of these and send it again.")


class WrongEncoding(UnreadableFile):
    """Refuse text that is neither UTF-8 nor GB18030."""

    code = "wrong_encoding"
    message = _("The text of “%(file)s” is neither UTF-8 nor GB18030. Save it as “CSV UTF-8” and send it again.")


class SuspiciousFile(UnreadableFile):
    """Refuse an archive that unpacks to out of proportion, or a line without end."""

    code = "suspicious_file"
    message = _("The file “%(file)s” unpacks to far more than orders need, so it is not opened. Send it as plain CSV.")


class TooBigWorkbook(UnreadableFile):
    """Refuse a workbook that would not fit into the memory an import may use."""

    code = "too_big_workbook"
    message = _("The workbook “%(file)s” is too big to be opened as one. Save the sheet as CSV, which may be any size.")


class RowSource(Protocol):
    """An opened file."""

    @property
    def header(self) -> Sequence[str]:
        """Name the columns."""

    @property
    def delimiter(self) -> str:
        """Return what separates the columns (a comma for what is no text)."""

    def rows(self) -> Iterator[Row]:
        """Yield the records in the order of the file."""

    def groups(self, key: int | None) -> Iterator[list[Row]]:
        """Yield the records that share the value of column `key`, in file order; without a key each on its own.

        A broken record, or one whose key is empty, comes on its own. Memory stays flat however far apart they lie.
        """

    def close(self) -> None:
        """Let go of the file."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class RejectsSink(Protocol):
    """A file of records that were not taken, each with its reason, fit to be mended and sent again."""

    def write(self, cells: Sequence[str], reason: str) -> None:
        """Add one record."""

    def close(self) -> None:
        """Finish the file."""


class RowOpener(Protocol):
    """Opens a file; bound as `orders.row_source`."""

    def __call__(self, path: Path, hints: Hints) -> RowSource: ...


class RejectsOpener(Protocol):
    """Starts a file of rejects; bound as `orders.rejects`."""

    def __call__(self, path: Path, header: Sequence[str], delimiter: str) -> RejectsSink: ...

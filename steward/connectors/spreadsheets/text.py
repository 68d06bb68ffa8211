"""Read delimited text of any size, line by line; broken records come back with a reason instead of ending the file."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from steward.connectors.spreadsheets import encoding
from steward.connectors.spreadsheets.opened import OpenedFile
from steward.kernel.findings import Finding
from steward.modules.orders.ports import EmptyFile, Hints, Row, SuspiciousFile, UnknownFormat, WrongEncoding

SAMPLE_BYTES = 256 * 1024
LINE_CHARACTERS = 1024 * 1024
LINES_PER_RECORD = 50
BOMB_BYTES = 64 * 1024 * 1024
BOMB_SHARE = 200  # order files pack 1:3 to 1:40; a bomb about 1:1000

_undecodable = re.compile("[\udc80-\udcff]").search


class TextRows(OpenedFile):
    """A CSV file, packed by gzip or not."""

    def __init__(self, path: Path, hints: Hints, *, packed: bool) -> None:
        super().__init__(path)
        self._packed = packed
        self._is_truncated = False
        sample = self._sample()
        if encoding.is_binary(sample):
            raise UnknownFormat(file=path.name)
        found = hints.encoding or encoding.detected(sample)
        if not found:
            raise WrongEncoding(file=path.name)
        self.encoding = found
        first = next((line for _, line in self._lines() if line.strip()), "")
        self.delimiter = hints.delimiter or encoding.delimiter_of(first)
        self._accept_header(next(self._records(), (1, [""], None))[1])

    def rows(self) -> Iterator[Row]:
        """Yield the records in the order of the file; blank lines are passed over."""
        records = self._records()
        next(records, None)
        width, plain = len(self.header), not self.is_returned
        for number, cells, problem in records:
            if problem is not None:
                yield Row(number, cells, problem)
            elif plain and len(cells) == width:
                yield Row(number, cells)
            elif any(cells):
                yield self._record(number, cells)

    def _sample(self) -> bytes:
        """Read the beginning up to the end of a line.

        Raises: UnknownFormat when it is packed and broken; SuspiciousFile; EmptyFile.
        """
        with self._opened() as file:
            try:
                sample = file.read(SAMPLE_BYTES)
            except (EOFError, zlib.error, OSError) as error:
                raise UnknownFormat(file=self.path.name) from error
        if not sample.strip():
            raise EmptyFile(file=self.path.name)
        whole, end, _ = sample.rpartition(b"\n")
        return whole + end if len(sample) == SAMPLE_BYTES and end else sample

    def _opened(self) -> BinaryIO:
        return cast(BinaryIO, gzip.open(self.path, "rb")) if self._packed else self.path.open("rb")

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Yield the lines with their numbers.

        Raises: SuspiciousFile for a line without end or a file that unpacks out of proportion.
        """
        limit = max(BOMB_BYTES, self.path.stat().st_size * BOMB_SHARE)
        seen = 0
        with self._opened() as binary, io.TextIOWrapper(binary, self.encoding, errors="surrogateescape") as lines:
            number = 0
            while line := lines.readline(LINE_CHARACTERS):
                number += 1
                seen += len(line)
                if len(line) >= LINE_CHARACTERS or seen > limit:
                    raise SuspiciousFile(file=self.path.name)
                yield number, line

    def _records(self) -> Iterator[tuple[int, list[str], Finding | None]]:
        """Yield (record number, cells, what is broken).

        A record without a quote is split at once; others go through `csv`. A quote that is never closed costs its own
        line alone, not the rest of the file.
        """
        delimiter, number = self.delimiter, 0
        waiting: deque[str] = deque()
        lines = self._unbroken()
        while waiting or (line := next(lines, None)) is not None:
            text = waiting.popleft() if waiting else cast(str, line)
            if text.isspace():
                continue
            number += 1
            if not text.isascii() and _undecodable(text):
                yield number, text.rstrip("\r\n").split(delimiter), Finding("row", "undecodable", "error")
            elif '"' not in text:
                yield number, text.rstrip("\r\n").split(delimiter), None
            else:
                yield number, *self._quoted(text, waiting, lines)
        if self._is_truncated:
            yield number + 1, [""] * len(self.header), Finding("row", "file_ends_early", "error")

    def _unbroken(self) -> Iterator[str]:
        """Yield the lines; a packed file that ends too early costs what is missing, not what was read.

        Raises: SuspiciousFile.
        """
        try:
            for _, line in self._lines():
                yield line
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self._is_truncated = True

    def _quoted(self, text: str, waiting: deque[str], lines: Iterator[str]) -> tuple[list[str], Finding | None]:
        """Parse a record with quotes, taking in the lines that belong to it; give back those that do not."""
        taken = [text]
        while True:
            try:
                return next(csv.reader(["".join(taken)], delimiter=self.delimiter, strict=True)), None
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    return next(csv.reader(["".join(taken)], delimiter=self.delimiter)), None
            following = waiting.popleft() if waiting else next(lines, None)
            if following is None or len(taken) >= LINES_PER_RECORD:
                waiting.extendleft(reversed(taken[1:] + ([following] if following is not None else [])))
                return taken[0].rstrip("\r\n").split(self.delimiter), Finding("row", "unclosed_quote", "error")
            taken.append(following)

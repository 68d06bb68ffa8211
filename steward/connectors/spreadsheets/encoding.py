"""Tell what text a file holds: its encoding and what separates its columns."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CANDIDATES = ("utf-8", "gb18030")
DELIMITERS = ",;\t|"
CONTROL = frozenset(range(32)) - {9, 10, 12, 13}


def is_binary(sample: bytes) -> bool:
    """Tell whether the bytes are no text at all."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return 0 in sample or sum(byte in CONTROL for byte in sample[:4096]) * 20 > len(sample[:4096])


def detected(sample: bytes) -> str | None:
    """Name the encoding of the sample, or None.

    A dirty file keeps its encoding: UTF-8 holds as long as at most half of the lines with foreign letters break it,
    since text in GB18030 breaks it nearly everywhere. `sample` ends at the end of a line.
    """
    for mark, encoding in MARKS:
        if sample.startswith(mark):
            return encoding
    foreign = [line for line in sample.splitlines() if not line.isascii()]
    return next((name for name in CANDIDATES if 2 * _broken(foreign, name) <= len(foreign)), None)


def _broken(lines: Sequence[bytes], encoding: str) -> int:
    """Count the lines that the encoding cannot read."""
    broken = 0
    for line in lines:
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            broken += 1
    return broken


def delimiter_of(line: str) -> str:
    """Return what separates the columns of the header line; a comma where there is but one column."""
    outside = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=outside.count) if any(mark in outside for mark in DELIMITERS) else ","

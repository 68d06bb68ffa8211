"""Take out of a text what names somebody before it leaves the house, and put it back into what comes.

What is taken out: addresses of e-mail and of pages, and every run of digits and signs that could be a phone, an order,
a parcel, a card or an identity. Names and streets in plain words cannot be told apart from other words; they stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from steward.kernel.identifying import PATTERN as PERSONAL
from steward.kernel.identifying import SIGN, folded

MARK = "⟦{number}⟧"
_MARKS = re.compile(r"[⟦\[【]\s*(\d{1,3})\s*[⟧\]】]")
_PRIVATE = re.compile(
    r"https?://\S+"
    # whatever is a number of somebody's; then any in groups; a number of an order or a parcel with its letters
    rf"|{PERSONAL.pattern}"
    rf"|\+?\(?\d(?:{SIGN}{{0,3}}\d){{5,24}}"
    r"|(?<![A-Za-z0-9])(?=[A-Za-z0-9-]*\d{4})[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*",
    re.IGNORECASE,
)


def masked(text: str) -> tuple[str, list[str]]:
    """Put a mark in place of each private part; the same part has the same mark. Returns the text and the parts.

    A part is found in whatever width it is written, and kept as it was written.
    """
    parts: list[str] = []
    plain = _MARKS.sub(lambda found: f"({found.group(1)})", text)
    sent, at = [], 0
    for found in _PRIVATE.finditer(folded(plain)):
        part = plain[found.start() : found.end()]
        if part not in parts:
            parts.append(part)
        sent += [plain[at : found.start()], MARK.format(number=parts.index(part) + 1)]
        at = found.end()
    return "".join((*sent, plain[at:])), parts


def unmasked(text: str, parts: Sequence[str]) -> str:
    """Put the parts back where their marks are; what lost its mark stands at the end, so that no number is lost."""
    seen: set[int] = set()

    def part(found: re.Match[str]) -> str:
        number = int(found.group(1))
        if not 0 < number <= len(parts):
            return found.group(0)
        seen.add(number)
        return parts[number - 1]

    put = _MARKS.sub(part, text)
    lost = [one for number, one in enumerate(parts, start=1) if number not in seen]
    return f"{put} ({', '.join(lost)})" if lost else put

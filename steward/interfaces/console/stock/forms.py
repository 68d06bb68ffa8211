"""Read what people typed into the forms of stock: pieces, days, lines of SKU and pieces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.kernel import errors

LINE = re.compile(r"^\s*(\S+?)\s*(?:[,，;；×*\t ]\s*(-?\d{1,8}))?\s*$")
MOST_DIGITS = 8


def refuse(field: str, text: str) -> errors.BadInput:
    """Make the refusal of one field."""
    return Unreadable([{"field": field, "in": "body", "code": "unreadable", "message": text}], why=text)


class Unreadable(errors.BadInput):
    """Refuse what cannot be read as the number, day or line it should be."""

    code = "unreadable"
    message = gettext_lazy("%(why)s")


def pieces(given: Mapping[str, str], field: str, *, default: int | None = None) -> int:
    """Read a number of pieces. Raises: Unreadable."""
    text = given.get(field, "").strip()
    if not text and default is not None:
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
        raise refuse(field, _("“%(value)s” is no number of pieces.") % {"value": text[:40]})
    return int(text)


def number(given: Mapping[str, str], field: str, *, default: float) -> float:
    """Read a number of days. Raises: Unreadable."""
    text = given.get(field, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text, re.ASCII):
        raise refuse(field, _("“%(value)s” is no number of days.") % {"value": text[:40]})
    return float(text)


def day(given: Mapping[str, str], field: str) -> date | None:
    """Read a day, or none where none was given. Raises: Unreadable."""
    text = given.get(field, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refuse(field, _("“%(value)s” is no day.") % {"value": text[:40]}) from None


def sku_lines(text: str) -> list[tuple[str, int]]:
    """Read lines of SKU and pieces; without a number it is one piece. Raises: Unreadable, naming all lines at once."""
    found, bad = [], []
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = LINE.match(line)
        if match is None:
            bad.append((place, line.strip()[:40]))
        else:
            found.append((match[1], int(match[2] or 1)))
    if bad:
        said = [_("Line %(line)s: %(why)s") % {"line": place, "why": line} for place, line in bad]
        raise refuse("lines", _("Write one SKU and a number of pieces per line.") + " " + " · ".join(said))
    return found

"""Read what people type about carriers: days, weights, amounts, lines of several cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.kernel.errors import BadInput

MOST_DIGITS = 9


class Unreadable(BadInput):
    """Refuse what cannot be read as the number, day or line it should be."""

    code = "unreadable"
    message = gettext_lazy("%(why)s")

    def __init__(self, field: str, why: str) -> None:
        super().__init__([{"field": field, "code": "unreadable", "message": why}], why=why)


def day(given: Mapping[str, str], field: str) -> date | None:
    """Read a day, none where nothing was typed. Raises: Unreadable."""
    text = given.get(field, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(field, _("“%(value)s” is no day.") % {"value": text[:40]}) from None


def clock(given: Mapping[str, str], field: str) -> time | None:
    """Read a time of day. Raises: Unreadable."""
    text = given.get(field, "").strip()
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(field, _("“%(value)s” is no time of day.") % {"value": text[:40]}) from None


def whole(given: Mapping[str, str], field: str, *, times: int = 1) -> int:
    """Read a number, 0 where nothing was typed; `times` turns kg into g, cm into mm. Raises: Unreadable."""
    text = given.get(field, "").strip()
    try:
        value = Decimal(text or "0") * times
        if not value.is_finite() or value < 0 or (value and value.adjusted() >= MOST_DIGITS):
            raise InvalidOperation
        return int(value)
    except InvalidOperation:
        raise Unreadable(field, _("“%(value)s” is no number that fits here.") % {"value": text[:40]}) from None


def lines(given: Mapping[str, str], field: str, cells: int) -> Sequence[Sequence[str]]:
    """Read lines of so many cells, with commas or tabs between; what is missing at the end is empty."""
    found = []
    for line in given.get(field, "").splitlines():
        parts = [part.strip() for part in line.replace("\t", ",").replace("，", ",").split(",", cells - 1)]
        if any(parts):
            found.append(parts + [""] * (cells - len(parts)))
    return found


def by_field(findings: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Give each field the texts of what is wrong with it."""
    found: dict[str, str] = {}
    for one in findings:
        name = one["field"].split(".")[0]
        found[name] = f"{found[name]} {one['message']}" if name in found else one["message"]
    return found

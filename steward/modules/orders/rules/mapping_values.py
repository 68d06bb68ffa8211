"""Read single cells: amounts, dates, counts, texts; each distinct text is read once and remembered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale

from steward.kernel import money
from steward.modules.orders.rules.mapping_shape import FieldRule

REMEMBERED = 50_000
MOST_MINOR = 10**15
MOST_PIECES = 1_000_000

_plain = re.compile(r"-?\d+(\.\d+)?").fullmatch
_grouped = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?").fullmatch
_currency_signs = re.compile(r"^(?:RMB|CNY|USD|GBP|EUR|US\$|[¥￥$£€])\s*|\s*(?:元|RMB|CNY|USD|GBP|EUR)$")


class Bad(NamedTuple):
    """A cell that cannot be what it should be, and why."""

    code: str
    value: str


class Remembered(dict[str, Any]):
    """Read each distinct text once; forget everything when there are too many, so that memory stays flat."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        value = self[text] = self._read(text)
        return value


def reader(rule: FieldRule, read: Callable[[str], Any]) -> Remembered:
    """Put constant, default and table of a field's rule around the reading of its cell."""
    table = {key.strip().casefold(): value for key, value in rule.table.items()}
    other = table.get("*")

    def whole(text: str) -> Any:
        cleaned = text.strip() or rule.default or rule.constant
        if table and cleaned:
            cleaned = table.get(cleaned.casefold(), cleaned if other is None else other)
        return read(cleaned)

    return Remembered(whole)


def amount(currency: str, decimal: str) -> Callable[[str], int | Decimal | Bad]:
    """Return the reader of amounts.

    Gives minor units: an int, or a Decimal where the amount is finer than the minor unit; an empty cell is 0.
    """
    shift = money.exponent(currency)

    def read(text: str) -> int | Decimal | Bad:
        number = plain_number(text, decimal) if text else "0"
        if number is None:
            return Bad("not_an_amount", text)
        minor = Decimal(number).scaleb(shift)
        if minor < 0:
            return Bad("negative_amount", text)
        if minor > MOST_MINOR:
            return Bad("amount_too_large", text)
        return int(minor) if minor == minor.to_integral_value() else minor

    return read


def plain_number(text: str, decimal: str = ".") -> str | None:
    """Write a number as people type it (signs of currency, thousands, full-width digits) plainly; None if it is none.

    `1,5` is no number where the point is the decimal sign: it would be a guess by a factor of ten.
    """
    number = _currency_signs.sub("", unicodedata.normalize("NFKC", text).strip()).strip()
    if decimal == ",":
        number = number.translate(str.maketrans(",.", ".,"))
    if _plain(number):
        return number
    return number.replace(",", "") if _grouped(number) else None


def pieces(text: str) -> int | Bad:
    """Read a count; an empty cell is 1. Negative counts pass, the caller knows what they mean."""
    if not text:
        return 1
    number = plain_number(text)
    value = Decimal(number) if number else None
    if value is None or value != value.to_integral_value():
        return Bad("not_a_whole_number", text)
    return int(value) if abs(value) <= MOST_PIECES else Bad("quantity_too_large", text)


def instant(zone: str, formats: list[str]) -> Callable[[str], datetime | Bad | None]:
    """Return the reader of times: ISO 8601, then the patterns given; without an offset it is the zone's time.

    Patterns come first where one of them could be taken for ISO. Gives aware UTC; an empty cell is None.
    """
    local = ZoneInfo(zone)
    iso_first = not any(pattern.startswith(("%Y-%d", "%Y%d")) for pattern in formats)
    readers: list[Callable[[str], datetime]] = [partial(_patterned, pattern=pattern) for pattern in formats]
    readers.insert(0 if iso_first else len(readers), datetime.fromisoformat)

    def read(text: str) -> datetime | Bad | None:
        if not text:
            return None
        moment = _first(readers, text)
        if moment is None or not 1970 <= moment.year <= 2200:
            return Bad("not_a_time", text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=local)).astimezone(UTC)

    return read


def _patterned(text: str, *, pattern: str) -> datetime:
    return datetime.strptime(text, pattern)  # noqa: DTZ007


def _first(readers: Sequence[Callable[[str], datetime]], text: str) -> datetime | None:
    """Return what the first reader that can makes of the text."""
    for read in readers:
        try:
            return read(text)
        except ValueError:
            continue
    return None


def words(longest: int) -> Callable[[str], str | Bad]:
    """Return the reader of texts that may not be longer."""
    return lambda text: text if len(text) <= longest else Bad("text_too_long", text[:60])


def title(text: str) -> str:
    """Read a title; only this is cut when it is too long, since it is a help for the eye."""
    return text if len(text) <= 200 else text[:199] + "…"


def status(text: str) -> str | Bad:
    """Read what the status table made of the source's status: `take` or `set_aside`."""
    return text if text in ("", "take", "set_aside") else Bad("unknown_status", text)


def country(home: str) -> Callable[[str], str | Bad]:
    """Return the reader of countries: two letters, or the name in English or Chinese; empty is the mapping's own."""

    def read(text: str) -> str | Bad:
        if len(text) == 2 and text.isascii() and text.isalpha():
            return text.upper()
        return _country_names().get(text.casefold(), Bad("unknown_country", text)) if text else home

    return read


@cache
def _country_names() -> dict[str, str]:
    """Map names to codes. Source: CLDR."""
    return {
        name.casefold(): code
        for language in ("en", "zh_Hant", "zh")
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }

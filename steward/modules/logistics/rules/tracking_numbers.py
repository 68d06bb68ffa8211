"""Guess a carrier from its tracking number: patterns and check digits as data.

The check digits are those carriers and the Universal Postal Union publish; the shape of the data follows
github.com/jkeen/tracking_number_data (MIT).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

CHECKS = ("mod7", "mod10", "weights", "s10", "luhn", "mod_37_36")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Numbering(Struct, frozen=True):
    """How numbers of a carrier look. The pattern's groups `serial` and `check` are what the check digit is about."""

    carrier_code: str
    name: str
    pattern: str
    check: dict[str, Any] = {}


class Guess(Struct, frozen=True):
    """A carrier a number may be of; `is_checked` says that a check digit proved it."""

    carrier_code: str
    name: str
    is_checked: bool


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def guesses(number: str, numberings: Iterable[Numbering]) -> list[Guess]:
    """List the carriers a number may be of: those whose check digit fits first, then in the order of the rules."""
    found = []
    for one in numberings:
        match = _compiled(one.pattern).fullmatch(number)
        if match is None:
            continue
        groups = match.groupdict()
        if one.check and not fits(one.check, groups.get("serial") or "", groups.get("check") or ""):
            continue
        found.append(Guess(one.carrier_code, one.name, bool(one.check)))
    return sorted(found, key=lambda guess: not guess.is_checked)


def is_pattern(pattern: str) -> bool:
    """Tell whether a pattern can be read and is short enough to be run on every number."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return 0 < len(pattern) <= 300


def fits(check: Mapping[str, Any], serial: str, digit: str) -> bool:
    """Tell whether a check digit belongs to a serial number. Raises: KeyError for a check nobody knows."""
    serial = str(check.get("prepend", "")) + serial
    return bool(serial and digit) and _CHECKS[str(check["name"])](check, serial, digit)


def _values(serial: str) -> list[int]:
    """Write letters as the digits carriers count them for."""
    return [int(char) if char.isdigit() else (ord(char) - 3) % 10 for char in serial]


def _mod7(check: Mapping[str, Any], serial: str, digit: str) -> bool:
    return int(serial) % 7 == int(digit)


def _mod10(check: Mapping[str, Any], serial: str, digit: str) -> bool:
    values = _values(serial[::-1] if check.get("reverse") else serial)
    factors = (int(check.get("evens", 1)), int(check.get("odds", 1)))
    return -sum(value * factors[index % 2] for index, value in enumerate(values)) % 10 == int(digit)


def _weights(check: Mapping[str, Any], serial: str, digit: str) -> bool:
    weights: Sequence[int] = check["weights"]
    total = sum(value * weight for value, weight in zip(_values(serial), weights, strict=True))
    return total % int(check["first"]) % int(check["then"]) == int(digit)


def _s10(check: Mapping[str, Any], serial: str, digit: str) -> bool:
    """Source: UPU standard S10, weights 8 6 4 2 3 5 9 7."""
    rest = (
        11 - sum(value * weight for value, weight in zip(_values(serial), (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    )
    return {10: 0, 11: 5}.get(rest, rest) == int(digit)


def _luhn(check: Mapping[str, Any], serial: str, digit: str) -> bool:
    doubled = [value * 2 if index % 2 == 0 else value for index, value in enumerate(_values(serial)[::-1])]
    return -sum(value // 10 + value % 10 for value in doubled) % 10 == int(digit)


def _mod_37_36(check: Mapping[str, Any], serial: str, digit: str) -> bool:
    """Source: ISO/IEC 7064, MOD 37,36."""
    total = 36
    for char in serial:
        total += _ALPHABET.index(char)
        total -= 36 if total > 36 else 0
        total *= 2
        total -= 37 if total > 36 else 0
    rest = 37 - total
    return _ALPHABET[0 if rest == 36 else rest] == digit


_CHECKS = {
    "mod7": _mod7,
    "mod10": _mod10,
    "weights": _weights,
    "s10": _s10,
    "luhn": _luhn,
    "mod_37_36": _mod_37_36,
}

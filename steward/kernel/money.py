"""Money in integer minor units, with each currency's exponent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision, list_currencies

CURRENCIES = frozenset(list_currencies("en"))
# Far beyond what any column holds; figures with huge exponents would take minutes to write out.
MOST_DIGITS = 30
_EXPONENTS = {code: get_currency_precision(code) for code in CURRENCIES}


def exponent(currency: str) -> int:
    """Return how many decimal digits the currency's minor unit has (JPY 0, CNY 2, KWD 3).

    Raises: KeyError for an unknown currency. Source: ISO 4217 as in CLDR.
    """
    return _EXPONENTS[currency]


def to_minor(amount: str | Decimal, currency: str) -> int:
    """Convert a decimal amount to minor units, rounding half up once.

    Raises: ValueError when it is no number, or one nobody can mean.
    """
    try:
        value = Decimal(amount) if isinstance(amount, Decimal) else Decimal(str(amount).strip().replace(",", ""))
        if not value.is_finite() or (value and value.adjusted() >= MOST_DIGITS):
            raise ValueError(f"not an amount: {amount!r:.60}")
        return int(value.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, ArithmeticError, OverflowError) as error:
        raise ValueError(f"not an amount: {amount!r}") from error


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """Convert minor units to a decimal amount."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def formatted(amount_minor: int, currency: str, locale: str = "zh_Hans_CN") -> str:
    """Write the amount as people of the locale do."""
    return format_currency(to_decimal(amount_minor, currency), currency, locale=locale)


def allocate(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Share an amount over weights so that the parts always sum to it.

    Largest remainder, ties to the earlier part; all weights zero shares evenly.
    Units: minor units. Raises: ValueError for a negative weight or no weight at all.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("weights must be given and not negative")
    parts = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(parts)
    sign = -1 if total_minor < 0 else 1
    total = abs(total_minor)
    shares = [total * part // whole for part in parts]
    if left := total - sum(shares):
        rests = [total * part % whole for part in parts]
        for place in sorted(range(len(rests)), key=rests.__getitem__, reverse=True)[:left]:
            shares[place] += 1
    return shares if sign > 0 else [-share for share in shares]

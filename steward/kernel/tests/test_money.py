"""Amounts: what is one, and what nobody can mean."""

from __future__ import annotations

from decimal import Decimal

import pytest

from steward.kernel import money


def test_an_amount_becomes_minor_units_of_its_currency() -> None:
    assert money.to_minor("1,234.565", "CNY") == 123457
    assert money.to_minor("12", "JPY") == 12
    assert money.to_minor(Decimal("-0.005"), "KWD") == -5
    assert money.to_minor("0e99999", "CNY") == 0


@pytest.mark.parametrize("typed", ["1e400000", "-1e400000", "9" * 5000, "NaN", "Infinity", "²", ""])
def test_an_amount_nobody_can_mean_is_refused_at_once(typed: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.to_minor(typed, "CNY")

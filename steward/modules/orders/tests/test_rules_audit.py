"""When an order needs a person before it is approved."""

from __future__ import annotations

from typing import Any

import pytest

from steward.modules.orders.rules.audit import limit_of, reasons_for_a_person

FAULTLESS: dict[str, Any] = {
    "has_errors": False,
    "has_warnings": False,
    "has_conflict": False,
    "by_hand": False,
    "amounts_mended": False,
    "payment_state": "paid",
    "has_unexpected_money": False,
    "total_minor": 19_900,
    "limit_minor": 500_000,
}


def test_a_faultless_paid_order_needs_nobody() -> None:
    assert reasons_for_a_person(**FAULTLESS) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"payment_state": "overpaid"}, "money_differs"),
        ({"payment_state": "partly_refunded"}, "money_differs"),
        ({"has_unexpected_money": True}, "money_differs"),
        ({"amounts_mended": True}, "amounts_mended"),
        ({"limit_minor": None}, "no_limit"),
        ({"limit_minor": 19_899}, "above_limit"),
    ],
)
def test_what_differs_waits_for_a_person(change: dict[str, Any], reason: str) -> None:
    assert reasons_for_a_person(**FAULTLESS | change) == [reason]


def test_a_limit_of_nought_lets_any_total_pass() -> None:
    assert reasons_for_a_person(**FAULTLESS | {"limit_minor": 0, "total_minor": 10**12}) == []


def test_a_currency_has_its_own_limit_or_none() -> None:
    limits = {"CNY": 500_000, "JPY": 0}

    assert [limit_of(currency, limits) for currency in ("CNY", "JPY", "USD")] == [500_000, 0, None]

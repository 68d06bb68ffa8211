"""Seed from which amount on how many people have to agree, by currency of the first shops; the manager edits it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

DAY_S = 86_400
CHECKER, FINANCE, MANAGER = "order_checker", "finance", "after_sales_manager"
# From which amount on, in minor units of the currency, how many people of which role have to agree.
LIMITS: dict[str, dict[str, list[tuple[int, int, str]]]] = {
    "order_entry": {
        "CNY": [(0, 1, CHECKER), (5_000_000, 2, CHECKER)],
        "HKD": [(0, 1, CHECKER), (5_000_000, 2, CHECKER)],
        "USD": [(0, 1, CHECKER), (700_000, 2, CHECKER)],
        "EUR": [(0, 1, CHECKER), (650_000, 2, CHECKER)],
        "GBP": [(0, 1, CHECKER), (550_000, 2, CHECKER)],
        "JPY": [(0, 1, CHECKER), (1_000_000, 2, CHECKER)],
        "BRL": [(0, 1, CHECKER), (3_500_000, 2, CHECKER)],
    },
    "refund": {
        "CNY": [(0, 0, ""), (50_000, 1, FINANCE), (1_000_000, 2, FINANCE)],
        "HKD": [(0, 0, ""), (50_000, 1, FINANCE), (1_000_000, 2, FINANCE)],
        "USD": [(0, 0, ""), (7_000, 1, FINANCE), (150_000, 2, FINANCE)],
        "EUR": [(0, 0, ""), (6_500, 1, FINANCE), (130_000, 2, FINANCE)],
        "GBP": [(0, 0, ""), (5_500, 1, FINANCE), (110_000, 2, FINANCE)],
        "JPY": [(0, 0, ""), (10_000, 1, FINANCE), (200_000, 2, FINANCE)],
        "BRL": [(0, 0, ""), (35_000, 1, FINANCE), (750_000, 2, FINANCE)],
    },
    "compensation": {
        "CNY": [(0, 0, ""), (5_000, 1, MANAGER), (100_000, 2, MANAGER)],
        "HKD": [(0, 0, ""), (5_000, 1, MANAGER), (100_000, 2, MANAGER)],
        "USD": [(0, 0, ""), (700, 1, MANAGER), (15_000, 2, MANAGER)],
        "EUR": [(0, 0, ""), (650, 1, MANAGER), (13_000, 2, MANAGER)],
        "GBP": [(0, 0, ""), (550, 1, MANAGER), (11_000, 2, MANAGER)],
        "JPY": [(0, 0, ""), (1_000, 1, MANAGER), (20_000, 2, MANAGER)],
        "BRL": [(0, 0, ""), (3_500, 1, MANAGER), (75_000, 2, MANAGER)],
    },
}
# What has no amount: within which time one person of which role agrees.
OTHERS = {
    "stocktake": (3 * DAY_S, MANAGER),
    "write_off": (3 * DAY_S, MANAGER),
    "article": (7 * DAY_S, ""),
    "leave": (3 * DAY_S, MANAGER),
}


def tier(deciders: int, role: str, *, within_s: int = DAY_S, currency: str = "", from_minor: int = 0) -> dict[str, Any]:
    """Write a tier as the policy row keeps it."""
    return {"deciders": deciders, "role": role, "within_s": within_s, "currency": currency, "from_minor": from_minor}


def policies() -> Iterator[Row]:
    """Write the tiers of each kind."""
    for kind, by_currency in LIMITS.items():
        tiers = [
            tier(deciders, role, currency=currency, from_minor=bound)
            for currency, bounds in by_currency.items()
            for bound, deciders, role in bounds
        ]
        yield {"kind": kind, "tiers": tiers}
    for kind, (within_s, role) in OTHERS.items():
        yield {"kind": kind, "tiers": [tier(1, role, within_s=within_s)]}


class Migration(migrations.Migration):
    """The first limits."""

    dependencies: ClassVar = [("approvals", "0002_four_eyes")]
    operations: ClassVar = [FirstRows("Policy", policies)]

"""Which orders customers name."""

from __future__ import annotations

from collections.abc import Collection

from steward.modules.orders.queries.search import OrderKey, keys_of_numbers

__all__ = ["OrderKey", "orders_by_number"]


def orders_by_number(numbers: Collection[str]) -> dict[str, OrderKey]:
    """Find orders by our number, or by a shop's where only one order has it; a number of several names none."""
    return keys_of_numbers(numbers) if numbers else {}

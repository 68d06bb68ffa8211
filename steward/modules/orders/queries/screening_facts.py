"""Collect what the rules of screening look at: a constant number of statements, however many orders are judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection

from steward.kernel import arrays, sql
from steward.modules.orders.models import RuleSet as RuleSetRow
from steward.modules.orders.queries.screening_sealed import indexes
from steward.modules.orders.rules import screening_sets
from steward.modules.orders.rules.screening import Facts, Listed, Past, Window
from steward.modules.orders.rules.screening_signals import signup_s
from steward.modules.orders.rules.screening_windows import Shared, counted

PACKAGE = "steward.modules.orders"
# So many orders of a window are looked at, the latest first; whatever a rule counts is far below.
MOST_IN_WINDOW = 500
MOST_LINKED = 12
PAST_ORDERS = 50


def set_of(row: RuleSetRow) -> screening_sets.RuleSet:
    """Read the rules of a row."""
    return msgspec.convert({"hold_at": row.hold_at, "rules": row.rules}, screening_sets.RuleSet)


def oldest_key() -> int:
    """Return the version of the index key under which every order's signals are written, whenever it came in.

    While a new key takes over, new orders are indexed under both; older ones know the old key only.
    """
    return min(settings.INDEX_KEYS)


def windows(order_ids: Sequence[int], rule_set: screening_sets.RuleSet) -> dict[int, dict[str, Window]]:
    """Count, by one statement, what each window holds before each order, by the code of the rule that asks."""
    rules = screening_sets.windowed(rule_set)
    longest = screening_sets.longest_windows(rule_set)
    if not rules or not order_ids:
        return {}
    wanted = {
        "ids": arrays.integers(order_ids),
        "signals": arrays.texts(longest),
        "longest": arrays.integers(longest.values()),
        "key_version": oldest_key(),
        "most": MOST_IN_WINDOW,
    }
    shared = (Shared(*row) for row in _rows("screening_windows", wanted))
    return counted(shared, rules, judged=frozenset(order_ids), most=MOST_IN_WINDOW, linked=MOST_LINKED)


def facts_of(
    order_ids: Sequence[int],
    rule_set: screening_sets.RuleSet,
    *,
    registered: Mapping[int, datetime],
    as_of: datetime | None,
) -> dict[int, Facts]:
    """Collect the facts of orders whose signals are written, by order id.

    `registered` says when the buyer signed up, where that is known. `as_of` is the moment whose lists count; None means
    the moment each order was placed, so that a back-test learns nothing of later.
    """
    held = windows(order_ids, rule_set)
    listed: dict[int, list[Listed]] = defaultdict(list)
    asked = {"ids": arrays.integers(order_ids), "as_of": as_of} | _kin_values(order_ids)
    for order_id, *entry in _rows("screening_listed", asked):
        listed[order_id].append(Listed(*entry))
    wanted = {"ids": arrays.integers(order_ids), "key_version": oldest_key(), "most": PAST_ORDERS}
    found = {}
    for order_id, total, currency, has_customer, placed_at, pieces, *past in _rows("screening_orders", wanted):
        found[order_id] = Facts(
            total_minor=total,
            currency=currency,
            pieces=pieces,
            has_customer=has_customer,
            signup_s=signup_s(registered.get(order_id), placed_at),
            past=Past(*past) if past[0] else Past(),
            windows=held.get(order_id, {}),
            listed=tuple(listed.get(order_id, ())),
        )
    return found


def _kin_values(order_ids: Sequence[int]) -> dict[str, str]:
    """Name by which values a list may hold whoever is one person with an order's buyer; mostly nobody else is."""
    pairs = [
        (order_id, index)
        for order_id, kin_id in _rows("screening_kin", {"ids": arrays.integers(order_ids)})
        for _version, index in indexes("customer", str(kin_id))
    ]
    return {
        "kin_orders": arrays.integers(order_id for order_id, _ in pairs),
        "kin_values": arrays.octets(index for _, index in pairs),
    }


def _rows(name: str, parameters: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, name), parameters)
        return list(cursor.fetchall())

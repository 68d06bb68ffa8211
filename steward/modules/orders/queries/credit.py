"""A buyer's credit, counted from their own orders: one statement, however many orders are asked about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import structs

from steward.kernel import arrays, parameters, sql
from steward.modules.orders.rules.credit import Account, Credit, History, Terms, credit_reasons, grade

PACKAGE = "steward.modules.orders"
TRUSTED_FROM = parameters.define(
    "orders.credit_trusted_from",
    3,
    unit="",
    label=_("A buyer is trusted from so many orders kept on"),
    minimum=1,
    maximum=1_000,
)
POOR_FROM = parameters.define(
    "orders.credit_poor_from",
    3,
    unit="",
    label=_("A buyer's credit is poor from so many orders left unpaid or refused on"),
    minimum=1,
    maximum=1_000,
)
POOR_PERCENT = parameters.define(
    "orders.credit_poor_percent",
    50,
    unit="%",
    label=_("… and when these are at least this share of all their orders that came to an end"),
    minimum=1,
    maximum=100,
)


def credits_of(order_ids: Iterable[int]) -> dict[int, Credit]:
    """Grade the buyer of each order by their other orders, the newest 500 of each; orders without a buyer are new."""
    terms = Terms(*(int(parameters.value(one)) for one in (TRUSTED_FROM, POOR_FROM, POOR_PERCENT)))
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "buyer_credit"), {"ids": arrays.integers(sorted(set(order_ids)))})
        histories = {row[0]: History(*(int(value) for value in row[2:])) for row in cursor.fetchall()}
    return {order_id: Credit(grade(history, terms), history) for order_id, history in histories.items()}


def accounts_of(order_ids: Iterable[int], now: datetime) -> dict[int, Account]:
    """Read the terms of each order's buyer with what their other orders owe by them; one statement.

    Orders whose buyers have no terms in its currency are left out. Units: minor currency units.
    """
    wanted: dict[str, Any] = {"ids": arrays.integers(sorted(set(order_ids))), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "buyer_account"), wanted)
        return {row[0]: Account(*(int(value) for value in row[1:])) for row in cursor.fetchall()}


def reasons_of_credit(
    credit: Credit | None, *, open_minor: int, account: Account | None = None, pending_minor: int = 0
) -> list[str]:
    """Name why a buyer's credit asks for a person; `pending_minor` goes on their account in the same moment.

    Units: minor currency units.
    """
    if credit is None:
        return []
    if account and pending_minor:
        account = structs.replace(account, owed_minor=account.owed_minor + pending_minor)
    return credit_reasons(credit, open_minor=open_minor, account=account)

"""A buyer's credit, counted from their own orders: one statement, however many orders are asked about."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, parameters, sql
from steward.modules.orders.rules.credit import Credit, History, Terms, credit_reasons, grade

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
PAY_LATER_LIMITS = parameters.define(
    "orders.pay_later_limits_minor",
    {},
    unit="",
    kind="amounts",
    label=_("What one buyer may owe for approved orders, by currency (none: nothing may be owed)"),
)


def credits_of(order_ids: Iterable[int]) -> dict[int, Credit]:
    """Grade the buyer of each order by their other orders, the newest 500 of each; orders without a buyer are new."""
    terms = Terms(*(int(parameters.value(one)) for one in (TRUSTED_FROM, POOR_FROM, POOR_PERCENT)))
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "buyer_credit"), {"ids": arrays.integers(sorted(set(order_ids)))})
        histories = {row[0]: History(*(int(value) for value in row[2:])) for row in cursor.fetchall()}
    return {order_id: Credit(grade(history, terms), history) for order_id, history in histories.items()}


def pay_later_limit_minor(currency: str) -> int | None:
    """Return what one buyer may owe in a currency; None where nobody has set a limit. Units: minor currency units."""
    limit = parameters.value(PAY_LATER_LIMITS).get(currency)
    return int(limit) if limit is not None else None


def reasons_of_credit(credit: Credit | None, *, currency: str, open_minor: int) -> list[str]:
    """Name why a buyer's credit asks for a person. Units: minor currency units."""
    if credit is None:
        return []
    return credit_reasons(credit, open_minor=open_minor, limit_minor=pay_later_limit_minor(currency))

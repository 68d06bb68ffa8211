"""What customers got lately, what they bought, and whom they share data with: what a second look is based on.

A constant number of statements however many customers. Source: RET-7.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.customers.queries.merged import families
from steward.modules.orders.queries.buyers import buyer_totals
from steward.modules.orders.queries.rings import customer_rings
from steward.modules.returns.models import Compensation, CompensationLimit
from steward.modules.returns.rules import compensation as rules

DAYS = parameters.define(
    "returns.compensation_days",
    90,
    unit="days",
    label=_("Compensations of one customer are counted together over so many days"),
    minimum=1,
    maximum=730,
)
MOST_COUNT = parameters.define(
    "returns.compensation_most_count",
    3,
    unit="",
    label=_("So many compensations of one customer in that time need no second look (0: never one)"),
    minimum=0,
    maximum=1_000,
)
MOST_SUM = parameters.define(
    "returns.compensation_most_sum",
    {"CNY": 30_000, "HKD": 30_000, "USD": 4_500, "EUR": 4_000, "GBP": 3_500, "JPY": 6_500, "BRL": 22_000},
    unit="",
    label=_("Up to this sum of compensations of one customer in that time nobody looks twice"),
    kind="amounts",
)
SAME_REASON = parameters.define(
    "returns.compensation_same_reason",
    2,
    unit="",
    label=_("So many compensations for the same reason in that time need no second look (0: never one)"),
    minimum=0,
    maximum=1_000,
)
SHARE = parameters.define(
    "returns.compensation_share_permille",
    200,
    unit="‰",
    label=_("Up to this share of what a customer bought compensation needs no second look (0: never one)"),
    minimum=0,
    maximum=1_000,
)
RING = parameters.define(
    "returns.compensation_ring",
    3,
    unit="",
    label=_("From so many other customers on who share an address, phone, device or payment account, look twice"),
    minimum=0,
    maximum=1_000,
)
ACTS = parameters.define(
    "returns.compensation_signs_ask",
    default=True,
    unit="",
    label=_("A sign of fatigue or abuse asks for a second person (otherwise it is only shown)"),
    kind="boolean",
)


class Before(Struct, frozen=True):
    """One compensation that was proposed or given before. Units: minor units of `currency`."""

    customer_id: int | None
    order_id: int | None
    ticket_id: int | None
    case_id: int | None
    complaint: str
    reason: str
    amount_minor: int
    currency: str
    proposed_at: datetime


class Matters(Struct, frozen=True, kw_only=True):
    """Of which customers, orders, tickets, cases and complaints something is asked."""

    customer_ids: Collection[int] = ()
    order_ids: Collection[int] = ()
    ticket_ids: Collection[int] = ()
    case_ids: Collection[int] = ()
    complaints: Collection[str] = ()


def limits_now() -> rules.Limits:
    """Read from where on somebody looks twice."""
    return rules.Limits(
        days=parameters.value(DAYS),
        most_count=parameters.value(MOST_COUNT),
        most_minor=parameters.value(MOST_SUM),
        same_reason=parameters.value(SAME_REASON),
        share_permille=parameters.value(SHARE),
        ring=parameters.value(RING),
        acts=rules.SECOND_PERSON if parameters.value(ACTS) else rules.ADVICE,
    )


def before_of(matters: Matters, *, kin: Mapping[int, Collection[int]]) -> list[Before]:
    """Read what was proposed or given in these matters and to these customers, as all the buyers they are."""
    people = {id_ for customer_id in matters.customer_ids for id_ in kin.get(customer_id, [customer_id])}
    wanted = (
        Q(customer_id__in=people)
        | Q(order_id__in=matters.order_ids)
        | Q(ticket_id__in=matters.ticket_ids)
        | Q(case_id__in=matters.case_ids)
        | Q(complaint__in=matters.complaints)
    )
    names = {"reason": "reason__code"}
    fields = [names.get(name, name) for name in Before.__struct_fields__]
    rows: Any = Compensation.objects.filter(wanted, state__in=rules.COUNTING).order_by("id")
    return [Before(*row) for row in rows.values_list(*fields)]


def pasts_of(
    customer_ids: Collection[int], *, kin: Mapping[int, Sequence[int]], before: Iterable[Before], now: datetime
) -> dict[int, rules.Past]:
    """Sum up what is known of customers; two statements for all. Units: minor currency units."""
    since = now - timedelta(days=parameters.value(DAYS))
    everybody = {id_ for customer_id in customer_ids for id_ in kin.get(customer_id, [customer_id])}
    totals = buyer_totals(everybody)
    rings = customer_rings(customer_ids, since=now - timedelta(days=365))
    lately = [one for one in before if one.proposed_at > since]
    found = {}
    for customer_id in customer_ids:
        own = set(kin.get(customer_id, [customer_id]))
        bought: dict[str, int] = {}
        for total in totals:
            if total.customer_id in own:
                bought[total.currency] = bought.get(total.currency, 0) + total.paid_minor
        found[customer_id] = rules.Past(
            given=[rules.Given(one.reason, one.amount_minor, one.currency) for one in lately if one.customer_id in own],
            bought_minor=bought,
            ring=rings.get(customer_id, {}),
        )
    return found


def kin_of(customer_ids: Collection[int]) -> dict[int, list[int]]:
    """List with whom each customer is one person; one query."""
    return families(customer_ids)


def alone_limits(roles: Collection[str]) -> dict[str, int]:
    """Read up to where somebody with these roles gives alone, by currency: the highest of their roles."""
    found: dict[str, int] = {}
    for currency, minor in CompensationLimit.objects.filter(role__in=roles).values_list("currency", "alone_minor"):
        found[currency] = max(found.get(currency, 0), minor)
    return found

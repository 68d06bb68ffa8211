"""Compensation: where it stands, what speaks for a second look, and when somebody else has to agree. Source: RET-7.

Signs of fatigue and abuse are advice with the facts behind it; they ask for a second person and refuse nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from steward.kernel import lifecycles

KINDS = ("coupon", "points", "money", "goods")
PERIODS = ("month", "quarter")
MONTHS = {"month": 1, "quarter": 3}
STATES = ("proposed", "granted", "given", "refused", "withdrawn", "failed")
OPEN = ("proposed", "granted")
COUNTING = ("proposed", "granted", "given")
TRANSITIONS: dict[tuple[str, str], str] = {
    ("proposed", "grant"): "granted",
    ("proposed", "refuse"): "refused",
    ("proposed", "withdraw"): "withdrawn",
    ("granted", "give"): "given",
    ("granted", "fail"): "failed",
}
# What a budget's amount is bound by: reserved when proposed, spent when given, free when it comes to nothing.
DRAWS = ("reserved", "spent", "freed")
SECOND_PERSON = "second_person"
ADVICE = "advice"


class Limits(Struct, frozen=True, kw_only=True):
    """From where on compensation to one customer is looked at twice; 0: never. Units: days, minor units, permille."""

    days: int
    most_count: int
    most_minor: Mapping[str, int]
    same_reason: int
    share_permille: int
    ring: int
    acts: str = SECOND_PERSON


class Given(Struct, frozen=True):
    """One compensation somebody got or is about to get lately. Units: minor units of `currency`."""

    reason: str
    amount_minor: int
    currency: str


class Past(Struct, frozen=True, kw_only=True):
    """What is known of a customer: lately given, bought by currency (minor units), and whom else they share data with.

    `ring` counts other customers under the same kind of value (address, phone, device, payment account).
    """

    given: Sequence[Given] = ()
    bought_minor: Mapping[str, int] = {}
    ring: Mapping[str, int] = {}


class Sign(Struct, frozen=True):
    """One reason to look twice, with the facts behind it."""

    code: str
    facts: dict[str, Any]


def signs(past: Past, *, reason: str, amount_minor: int, currency: str, limits: Limits) -> list[Sign]:
    """List what speaks for a second look before somebody gets `amount_minor` for a reason. Units: minor units."""
    same = sum(one.amount_minor for one in past.given if one.currency == currency) + amount_minor
    count = len(past.given) + 1
    found = []
    if limits.most_count and count > limits.most_count:
        found.append(Sign("many", {"count": count, "most": limits.most_count, "days": limits.days}))
    most = limits.most_minor.get(currency, 0)
    if most and same > most:
        found.append(Sign("sum", {"minor": same, "most": most, "currency": currency, "days": limits.days}))
    again = sum(one.reason == reason for one in past.given) + 1
    if limits.same_reason and again > limits.same_reason:
        found.append(Sign("same_reason", {"count": again, "days": limits.days}))
    bought = past.bought_minor.get(currency, 0)
    if limits.share_permille and bought and same * 1000 > bought * limits.share_permille:
        permille = same * 1000 // bought
        found.append(Sign("share", {"minor": same, "bought": bought, "permille": permille, "currency": currency}))
    for kind, others in sorted(past.ring.items()):
        if limits.ring and others >= limits.ring:
            found.append(Sign("ring", {"kind": kind, "others": others}))
    return found


def needs_second(*, total_minor: int, alone_minor: int | None, found: Sequence[Sign], acts: str) -> bool:
    """Tell whether somebody else has to agree whatever the limits of approvals say.

    `alone_minor` is up to where the role of who proposes may give alone; None: approvals' limits decide. Units: minor.
    """
    above = alone_minor is not None and total_minor > alone_minor
    return above or (bool(found) and acts == SECOND_PERSON)


def may_alone(*, total_minor: int, alone_minor: int | None, needs_second_person: bool) -> bool:
    """Tell whether a role's own limit covers it, so that nobody is asked. Units: minor currency units."""
    return not needs_second_person and alone_minor is not None and total_minor <= alone_minor


def is_within(amounts: Mapping[str, Mapping[str, int]], *, amount_minor: int, currency: str) -> bool:
    """Tell whether an amount lies in the range its reason allows; a currency without a range allows any."""
    bounds = amounts.get(currency)
    return bounds is None or bounds.get("least", 0) <= amount_minor <= bounds.get("most", amount_minor)


def period_of(kind: str, day: date) -> tuple[date, date]:
    """Return the first and the last day of the month or quarter a day lies in."""
    length = MONTHS[kind]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    months = first.year * 12 + first.month - 1 + length
    return first, date.fromordinal(date(months // 12, months % 12 + 1, 1).toordinal() - 1)


def next_state(state: str, verb: str) -> str:
    """Return where a compensation stands after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)

"""Read what a person booked away by hand lately, and how much may be without another person."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.modules.inventory.models import HandBooking

LIMITS = parameters.define(
    "inventory.by_hand_limits_minor",
    {
        "CNY": 100_000,
        "HKD": 100_000,
        "USD": 15_000,
        "EUR": 13_000,
        "GBP": 11_000,
        "JPY": 20_000,
        "BRL": 75_000,
    },
    unit="",
    kind="amounts",
    label=_(
        "Goods one person may book away by hand (adjusted downwards, shipped without a shipment) before another person "
        "has to agree, at cost, by currency (0, or no limit: every such booking waits)"
    ),
)
DAYS = parameters.define(
    "inventory.by_hand_days",
    30,
    unit="d",
    label=_("Goods one person books away by hand within so many days count together towards the limit"),
    minimum=1,
    maximum=365,
)


def since(now: datetime) -> datetime:
    """Tell from when on bookings by hand count together."""
    return now - timedelta(days=parameters.value(DAYS))


def gone_at_once(person: str, *, now: datetime) -> dict[str, int]:
    """Sum what a person booked away lately without another person, by currency. Units: minor units."""
    rows = HandBooking.objects.filter(person=person, at__gt=since(now))
    return dict(rows.order_by("currency").values_list("currency").annotate(Sum("value_minor")))

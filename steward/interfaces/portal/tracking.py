"""How far an order's parcels are, in a buyer's words: one big sentence, a line of steps, a small map, the parcels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec import Struct

from steward.kernel import moment
from steward.modules.logistics.queries import journeys as queries
from steward.modules.logistics.queries import shipment_words as said
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.queries.journeys import Journey

STEPS: Sequence[tuple[Any, tuple[str, ...]]] = (
    (pgettext_lazy("way of a parcel", "Being packed"), ("planned", "picking", "packed")),
    (
        pgettext_lazy("way of a parcel", "On its way"),
        ("handed_over", "in_transit", "failed_attempt", "lost", "damaged"),
    ),
    (pgettext_lazy("way of a parcel", "Out for delivery"), ("out_for_delivery",)),
    (pgettext_lazy("way of a parcel", "Delivered"), ("delivered",)),
)
TROUBLES: Mapping[str, Any] = {
    "delivery_failed": gettext_lazy("The courier could not deliver it. We are seeing to it."),
    "delivery_late": gettext_lazy("It takes longer than promised. We are on it with the carrier."),
    "parcel_stuck": gettext_lazy("It rests longer than usual on its way. We are on it with the carrier."),
    "parcel_lost": gettext_lazy("The carrier cannot find it. We are seeing to it and will write to you."),
    "parcel_damaged": gettext_lazy("It was damaged on its way. We are seeing to it and will write to you."),
}


class Step(Struct, frozen=True):
    """One mark on the line of steps."""

    label: str
    status: str


class Shown(Struct, frozen=True):
    """One parcel's way as the page shows it."""

    journey: Journey
    sentence: str
    trouble: str
    steps: list[Step]
    seen: list[tuple[str, str, Any]]


def ways_of(order_id: int) -> list[Shown]:
    """List the ways of an order's parcels for its page."""
    today = house_day(moment.now())
    return [
        Shown(
            one,
            sentence(one, today),
            str(TROUBLES.get(one.trouble, "")),
            _steps(one.state) if one.direction == "outbound" else [],
            [(str(said.EVENT_STATES[seen.state]), seen.city, seen.at) for seen in one.seen[:20]],
        )
        for one in queries.journeys(order_id)
    ]


def sentence(one: Journey, today: date) -> str:
    """Say in one sentence where a parcel is and when it comes."""
    if one.direction == "return":
        return _came_back(one)
    if one.state == "delivered":
        day = house_day(one.delivered_at) if one.delivered_at else today
        return _("Delivered on %(day)s.") % {"day": _day(day)}
    if one.state == "out_for_delivery":
        return _("Out for delivery: it should arrive today.")
    if one.state == "returned":
        return _("It went back to us.")
    if one.expected_date is None or one.expected_date < today or one.state in ("lost", "damaged"):
        return _("On its way.") if one.handed_over_at else _("Being packed for you.")
    return _arrival(one.expected_date, today)


def _came_back(one: Journey) -> str:
    if one.state == "delivered":
        return _("Your parcel came back to us.")
    return _("Your parcel is on its way to us.") if one.handed_over_at else _("We are waiting for your parcel.")


def _arrival(day: date, today: date) -> str:
    if day == today:
        return _("It should arrive today.")
    if day == today + timedelta(days=1):
        return _("It should arrive tomorrow.")
    return _("It should arrive on %(day)s.") % {"day": _day(day)}


def _day(day: date) -> str:
    return formats.date_format(day, "MONTH_DAY_FORMAT")


def _steps(state: str) -> list[Step]:
    at = next((index for index, (_label, states) in enumerate(STEPS) if state in states), -1)
    if at < 0:
        return []
    ended = state == "delivered"
    return [
        Step(str(label), "done" if index < at or ended else "current" if index == at else "waiting")
        for index, (label, _states) in enumerate(STEPS)
    ]

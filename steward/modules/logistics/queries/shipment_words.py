"""Words for shipments, tracking, troubles, claims and prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.modules.orders.queries.words import SHIPMENT_STATES

STATES: Mapping[str, Any] = SHIPMENT_STATES
EVENT_STATES: Mapping[str, Any] = {
    "announced": pgettext_lazy("tracking", "Announced"),
    "picked_up": pgettext_lazy("tracking", "Picked up"),
    "in_transit": pgettext_lazy("tracking", "On its way"),
    "arrived": pgettext_lazy("tracking", "Arrived at a station"),
    "customs": pgettext_lazy("tracking", "At customs"),
    "delayed": pgettext_lazy("tracking", "Delayed"),
    "out_for_delivery": pgettext_lazy("tracking", "Out for delivery"),
    "to_collect": pgettext_lazy("tracking", "Waits to be collected"),
    "failed_attempt": pgettext_lazy("tracking", "Delivery failed"),
    "delivered": pgettext_lazy("tracking", "Delivered"),
    "going_back": pgettext_lazy("tracking", "Goes back to the sender"),
    "returned": pgettext_lazy("tracking", "Came back"),
    "lost": pgettext_lazy("tracking", "Lost"),
    "damaged": pgettext_lazy("tracking", "Damaged"),
    "unknown": pgettext_lazy("tracking", "Unknown code"),
}
FLAGS: Mapping[str, Any] = {
    "future": _("Its time lies in the future; it does not count."),
    "before_shipment": _("Its time lies before the shipment; it does not count."),
    "unreadable": _("Its time cannot be read; it does not count."),
}
TROUBLES: Mapping[str, Any] = {
    "not_picked_up": _("Not picked up"),
    "parcel_stuck": _("Does not move"),
    "delivery_late": _("Later than promised"),
    "delivery_failed": _("Delivery failed"),
    "parcel_lost": _("Lost"),
    "parcel_damaged": _("Damaged"),
}
REFUSALS: Mapping[str, Any] = {
    "unknown": _("There is no such shipment."),
    "not_packed": _("It is not packed."),
    "no_service": _("It has no service; choose one first."),
    "order_not_approved": _("Its order was called off."),
    "not_reserved": _("Its goods are no longer set aside for it."),
}
CLAIM_STATES: Mapping[str, Any] = {
    "open": pgettext_lazy("claim", "To be sent"),
    "submitted": pgettext_lazy("claim", "Sent"),
    "agreed": pgettext_lazy("claim", "Agreed"),
    "rejected": pgettext_lazy("claim", "Refused"),
    "paid": pgettext_lazy("claim", "Paid"),
    "withdrawn": pgettext_lazy("claim", "Withdrawn"),
}
CLAIM_KINDS: Mapping[str, Any] = {
    "lost": pgettext_lazy("claim", "Lost"),
    "damaged": pgettext_lazy("claim", "Damaged"),
    "late": pgettext_lazy("claim", "Too late"),
    "short": pgettext_lazy("claim", "Contents missing"),
    "other": pgettext_lazy("claim", "Something else"),
}
CLAIM_VERBS: Mapping[str, Any] = {
    "open": pgettext_lazy("claim", "Opened"),
    "submit": pgettext_lazy("claim", "Sent to the carrier"),
    "agree": pgettext_lazy("claim", "The carrier agreed"),
    "reject": pgettext_lazy("claim", "The carrier refused"),
    "pay": pgettext_lazy("claim", "The carrier paid"),
    "withdraw": pgettext_lazy("claim", "Withdrawn"),
    "evidence": pgettext_lazy("claim", "Evidence added"),
}
PRINTS: Mapping[str, Any] = {
    "labels": pgettext_lazy("print", "Labels"),
    "slips": pgettext_lazy("print", "Packing slips"),
    "manifest": pgettext_lazy("print", "Manifest"),
}

"""The timeline of an order: every event of every module about it, in words, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel.models import Event
from steward.modules.orders.queries import words

TEXTS: Mapping[str, Any] = {
    "orders.order_received": _("The order came in (%(source)s)."),
    "orders.order_checked": _("The checks passed."),
    "orders.order_advanced": _("The order moved on."),
    "orders.order_moved": _("The order moved on."),
    "orders.order_approved": _("The order was approved."),
    "orders.order_sent_back": _("The order was sent back: %(reason)s"),
    "orders.order_cancelled": _("The order was cancelled. %(reason)s"),
    "orders.order_completed": _("The order is completed."),
    "orders.order_mended": _("The order was mended."),
    "orders.order_revealed": _("Somebody looked at the personal data. %(reason)s"),
    "orders.finding_accepted": _("A finding was accepted: %(reason)s"),
    "orders.suggestion_taken": _("A suggestion was taken over."),
    "orders.conflict_seen": _("The same order came again with other content."),
    "orders.conflict_resolved": _("A conflict was decided."),
    "orders.line_cancelled": _("Goods of a line were cancelled."),
    "payments.payment_recorded": _("A payment was recorded."),
    "payments.refund_recorded": _("A refund was recorded."),
    "inventory.stock_promised": _("Stock was promised."),
    "inventory.stock_released": _("Promised stock was given back."),
    "inventory.hold_expired": _("The hold on the stock expired."),
    "deadlines.clock_breached": _("A time limit was missed."),
}
GROUPS: Mapping[str, Any] = {
    "orders": _("Order"),
    "payments": _("Payment"),
    "inventory": _("Stock"),
    "deadlines": _("Time limits"),
    "customers": _("Customer"),
}
SAME_SUBJECT = "order"


class Change(Struct, frozen=True):
    """One field of an event, before and after, as people read it."""

    field: str
    before: str
    after: str


class TimelineEntry(Struct, frozen=True):
    """One thing that happened. `group` is the module that announced it; `data` holds every fact of the event."""

    id: int
    at: datetime
    actor: str
    kind: str
    group: str
    text: str
    changes: list[Change]
    data: dict[str, Any]


class Timeline(Struct, frozen=True):
    """Entries, newest first, and the key to ask for older ones with."""

    entries: list[TimelineEntry]
    next_after: int | None


def timeline(order_id: int, *, group: str = "", after: int | None = None, limit: int = 100) -> Timeline:
    """List what happened to an order, by all modules, newest first; `group` narrows it to one module.

    Source: ORD-11.
    """
    found = Event.objects.filter(subject_kind=SAME_SUBJECT, subject_id=order_id).order_by("-id")
    if group:
        found = found.filter(kind__startswith=f"{group}.")
    if after is not None:
        found = found.filter(id__lt=after)
    rows = list(found.values_list("id", "at", "actor", "kind", "data")[: limit + 1])
    entries = [_entry(*row) for row in rows[:limit]]
    return Timeline(entries, entries[-1].id if len(rows) > limit else None)


def _entry(id_: int, at: datetime, actor: str, kind: str, data: dict[str, Any]) -> TimelineEntry:
    return TimelineEntry(
        id=id_,
        at=at,
        actor=actor,
        kind=kind,
        group=kind.partition(".")[0],
        text=event_text(kind, data),
        changes=changes(data),
        data=data,
    )


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def event_text(kind: str, data: Mapping[str, Any]) -> str:
    """Say what happened; an event without a sentence is named by its kind."""
    if kind not in TEXTS:
        return words.readable(kind.partition(".")[2] or kind)
    facts = _Facts(data)
    if source := data.get("source"):
        facts["source"] = words.word(words.SOURCES, str(source))
    if cause := data.get("cause"):
        facts["reason"] = " · ".join(part for part in (words.cancel_cause(str(cause)), data.get("reason")) if part)
    return (str(TEXTS[kind]) % facts).strip()


def changes(data: Mapping[str, Any]) -> list[Change]:
    """Read before and after out of an event: `before`/`after` as maps of fields, or as one value each."""
    before, after = data.get("before"), data.get("after")
    if before is None and after is None:
        return []
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        old, new = before or {}, after or {}
        fields = dict.fromkeys([*old, *new])
        return [
            Change(words.change_field(field), words.shown(field, old.get(field)), words.shown(field, new.get(field)))
            for field in fields
            if old.get(field) != new.get(field)
        ]
    return [Change("", words.shown("state", before), words.shown("state", after))]

"""The timeline of an order: every event of every module about it, in words, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel.models import Event
from steward.modules.deadlines.queries.words import CLOCKS
from steward.modules.orders.queries import change_words, exception_words, words
from steward.modules.orders.queries.findings import amount_text, field_label, finding_text
from steward.modules.orders.rules.personal_fields import is_personal
from steward.modules.payments.queries import words as money_words

TEXTS: Mapping[str, Any] = {
    "orders.order_received": _("The order came in (%(source)s)."),
    "orders.order_state_changed": _("The order moved on. %(reason)s"),
    "orders.order_approved": _("The order was approved."),
    "orders.order_replaced": _("It stands for goods of the order %(replaces_number)s: %(replaced_word)s"),
    "orders.order_cancelled": _("The order was cancelled. %(reason)s"),
    "orders.order_payment_changed": _("The payment changed."),
    "orders.order_fulfilment_changed": _("What becomes of the goods changed."),
    "orders.order_mended": _("The order was mended: %(fields)s"),
    "orders.order_urgency_changed": _("How urgent the order is changed. %(reason)s"),
    "orders.order_change_proposed": _("A change was previewed: %(change_word)s. %(reason)s"),
    "orders.order_change_ended": _("The preview “%(change_word)s” ended: %(outcome_word)s"),
    "orders.order_changed": _("The order was changed: %(change_word)s %(other_number)s. %(reason)s"),
    "orders.order_finding_accepted": _("Accepted as it is: %(finding)s %(reason)s"),
    "orders.order_promised": _("The goods it waited for were promised."),
    "orders.order_conflicted": _("The same order came again with other content: %(differing)s"),
    "orders.order_conflict_settled": _("A conflict was settled."),
    "orders.order_held": _("Screening holds the order (score %(score)s)."),
    "orders.order_hold_decided": _("The hold of screening ended with the order."),
    "orders.order_revealed": _("The personal data were looked at. %(reason)s"),
    "orders.offer_made": _("The buyer was asked what they want, as goods are short."),
    "orders.offer_answered": _("The offer was answered: %(answer_word)s %(reason)s"),
    "orders.offer_expired": _("Nobody answered the offer in time: %(answer_word)s"),
    "orders.offer_withdrawn": _("The offer was taken back."),
    "orders.line_cancelled": _("The source cancelled %(quantity)s of line %(position)s (%(document)s)."),
    "orders.exception_opened": _("An exception was opened: %(detector)s"),
    "orders.exception_closed": _("The exception “%(detector)s” ended: %(outcome)s"),
    "orders.exception_worked": _("Somebody works the exception “%(detector)s”."),
    "orders.order_reassigned": _("“%(clock)s” was not done in time; %(name)s has it now."),
    "orders.order_step_completed": _("A step of the process was done: %(step_word)s %(note)s"),
    "orders.audit_delayed": _("The audit was late: %(late)s"),
    "payments.payment_recorded": _("A payment was recorded."),
    "payments.money_moved": _("Money counts for the order %(other_number)s now, or came from it."),
    "payments.payment_mismatched": _("The payment provider reported money that was not expected."),
    "payments.callback_matched": _("A payment reported before the order came in was applied."),
    "payments.refund_requested": _("A refund was asked for. %(reason)s"),
    "payments.refund_decided": _("A second person decided about the refund. %(note)s"),
    "payments.refund_paid": _("The refund %(number)s was paid."),
    "payments.refund_failed": _("The refund %(number)s failed: %(reason)s"),
    "payments.refund_withdrawn": _("The refund %(number)s was called off. %(reason)s"),
    "payments.refund_disputed": _("The provider reports another amount for the refund %(number)s."),
    "payments.refund_stuck": _("The refund %(number)s is taking longer than it should."),
    "inventory.stock_promised": _("Stock was promised."),
    "inventory.stock_released": _("Promised stock was given back."),
    "inventory.hold_expired": _("The hold on the stock expired."),
    "fulfilment.order_allocated": _("Goods were set aside for the whole order."),
    "fulfilment.order_not_allocated": _("No warehouse can serve the whole order now."),
    "fulfilment.order_deallocated": _("What was set aside was given back. %(reason)s"),
    "logistics.shipment_planned": _("The shipment %(number)s was planned."),
    "logistics.shipment_packed": _("The shipment %(number)s was packed."),
    "logistics.shipment_reopened": _("The shipment %(number)s was put back. %(reason)s"),
    "logistics.shipment_cancelled": _("The shipment %(number)s was called off. %(reason)s"),
    "logistics.return_announced": _("The parcel %(tracking_number)s comes back (%(number)s)."),
    "logistics.shipment_handed_over": _("The shipment %(number)s was handed to the carrier."),
    "logistics.shipment_moved": _("The shipment %(number)s is somewhere else."),
    "logistics.shipment_delivered": _("The shipment %(number)s was delivered."),
    "logistics.shipment_troubled": _("The shipment %(number)s needs somebody: %(trouble)s"),
    "logistics.shipment_eased": _("The trouble with the shipment %(number)s is over: %(trouble)s"),
    "logistics.labels_printed": _("Labels of the shipment %(number)s were printed, with the address in clear."),
    "deadlines.clock_breached": _("A time limit was missed."),
}
HOLD_TEXTS: Mapping[str, Any] = {
    "released": _("The hold of screening was released: %(reason)s"),
    "rejected": _("The order was rejected by screening: %(reason)s"),
}
AXES: Mapping[str, str] = {
    "orders.order_payment_changed": "payment_state",
    "orders.order_fulfilment_changed": "fulfilment_state",
    "logistics.shipment_moved": "shipment_state",
    "orders.order_urgency_changed": "priority",
}
GROUPS: Mapping[str, Any] = {
    "orders": _("Order"),
    "payments": _("Payment"),
    "inventory": _("Stock"),
    "fulfilment": _("Allocation"),
    "logistics": _("Shipping"),
    "deadlines": _("Time limits"),
    "customers": _("Customer"),
}
SAME_SUBJECT = "order"


class Change(Struct, frozen=True):
    """One field of an event, before and after, as people read it."""

    field: str
    before: str
    after: str


# Reasons that Steward itself gives, where a person gives a sentence.
REASONS = {"verification": _("Check of an entry")}


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
        changes=changes(kind, data),
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
    if (reason := REASONS.get(str(data.get("reason")))) is not None:
        facts["reason"] = str(reason)
    if kind.startswith("payments."):
        facts["reason"] = _why_refunded(data)
    elif cause := data.get("cause"):
        facts["reason"] = " · ".join(part for part in (words.cancel_cause(str(cause)), data.get("reason")) if part)
    if change := data.get("change"):
        facts["change_word"] = change_words.kind(str(change))
        facts["outcome_word"] = words.word(change_words.STATES, str(data.get("outcome", "")))
    if kind == "orders.order_replaced":
        facts["replaced_word"] = words.word(words.REPLACED, str(data.get("verb", "")))
    if isinstance(name := data.get("name"), Mapping):
        facts["step_word"] = exception_words.in_language(dict(name))
    if answer := data.get("answer"):
        facts["answer_word"] = words.word(words.OFFER_ANSWERS, str(answer))
    for name in ("fields", "differing"):
        if isinstance(data.get(name), list):
            facts[name] = ", ".join(field_label(str(field)) for field in data[name])
    facts |= _of_exceptions(kind, data)
    if trouble := data.get("trouble"):
        facts["trouble"] = exception_words.detector_label(str(trouble))
    if kind == "orders.order_finding_accepted":
        facts["finding"] = finding_text(str(data.get("code", "")))
    if kind == "orders.order_approved" and data.get("automatic"):
        return gettext("The order was approved automatically: every check passed.")
    if kind == "orders.order_hold_decided" and data.get("outcome") in HOLD_TEXTS:
        return (str(HOLD_TEXTS[data["outcome"]]) % facts).strip()
    return (str(TEXTS[kind]) % facts).strip()


def _why_refunded(data: Mapping[str, Any]) -> str:
    """Say why money goes back, or why it does not: known causes and reasons in words, what people wrote as it is."""
    cause, reason = str(data.get("cause") or ""), str(data.get("reason") or "")
    parts = (money_words.word(money_words.CAUSES, cause) if cause else "", money_words.reason(reason))
    return " · ".join(part for part in parts if part)


def _of_exceptions(kind: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Write what an exception's event says in words."""
    if kind == "orders.order_reassigned":
        return {"clock": words.word(dict(CLOCKS), str(data.get("clock_kind", "")))}
    if kind == "orders.audit_delayed":
        return {"late": words.word(exception_words.LATE_CAUSES, str(data.get("cause", "")))}
    if not kind.startswith("orders.exception_"):
        return {}
    outcome = str(data.get("outcome", ""))
    return {
        "detector": exception_words.detector_label(str(data.get("detector", ""))),
        "outcome": words.word(exception_words.OUTCOMES, outcome) if outcome else "",
    }


def changes(kind: str, data: Mapping[str, Any]) -> list[Change]:
    """Read before and after out of an event: `before`/`after` as maps of fields, or as one state each."""
    before, after = data.get("before"), data.get("after")
    if before is None and after is None:
        return []
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        old, new = before or {}, after or {}
        currency = str(data.get("currency") or "")
        return [
            Change(field_label(field), _side(old, field, currency), _side(new, field, currency))
            for field in dict.fromkeys([*old, *new])
            if old.get(field) != new.get(field)
        ]
    axis = AXES.get(kind, "state")
    return [Change("", words.shown(axis, before), words.shown(axis, after))]


def _side(values: Mapping[str, Any], field: str, currency: str) -> str:
    """Write one side of a change. What is personal is sealed: it shows that something changed, never what."""
    value = values.get(field)
    if is_personal(field):
        return "••••" if value else "–"
    if isinstance(value, list):
        return "; ".join(str(part) for part in value)
    return words.shown(field, amount_text(field, value, currency) if isinstance(value, int) else value)

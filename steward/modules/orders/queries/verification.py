"""Read what waits for another person's look, what came of typing again, and how often whose entries were right."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from django.db import connection
from msgspec import Struct

from steward.kernel import personal, sql
from steward.kernel.actor import Actor
from steward.kernel.models import Event
from steward.modules.approvals import queries as approvals
from steward.modules.orders.models import EntrySource, Order, Rekey, Verification
from steward.modules.orders.queries.findings import amount_text
from steward.modules.orders.queries.sealed import person_key
from steward.modules.orders.rules import verification as rules

PACKAGE = "steward.modules.orders"
KIND = "order_entry"
MENDED = "orders.order_mended"


class Waiting(Struct, frozen=True):
    """One entry that waits for another person's look. `is_quick`: nothing has to be typed again."""

    approval: approvals.ApprovalView
    order_id: int
    number: str
    cause: str
    worker: str
    is_quick: bool


class RoundView(Struct, frozen=True):
    """One round of checking an order."""

    round: int
    cause: str
    state: str
    worker: str
    fields: list[str]
    wrong: list[str]
    checked_by: str
    asked_at: datetime
    settled_at: datetime | None
    approval_id: int | None


class Side(Struct, frozen=True):
    """One field as it came, as it stands, and as the checker typed it; in clear."""

    field: str
    came: str
    stands: str
    typed: str
    is_changed: bool
    differs: bool


class Accuracy(Struct, frozen=True):
    """How often somebody's entries proved right. `field` empty: the entry as a whole. Units: share 0–1."""

    worker: str
    field: str
    checked: int
    wrong: int

    @property
    def share(self) -> float | None:
        """Return the share of checked entries without a difference."""
        return rules.accuracy_share(checked=self.checked, wrong=self.wrong)


def waiting(
    actor: Actor, *, now: datetime, mine_only: bool = True, after: tuple[datetime, int] | None = None
) -> list[Waiting]:
    """List entries that wait for a look, next due first. Keyset: (due_at, approval id)."""
    views = approvals.approvals_page(actor, mine_only=mine_only, now=now, kind=KIND, after=after)
    by_approval = {
        one.approval_id: one
        for one in Verification.objects.filter(approval_id__in=[view.id for view in views]).select_related("order")
    }
    return [
        Waiting(view, one.order_id, one.order.number, one.cause, one.worker, not one.fields)
        for view in views
        if (one := by_approval.get(view.id)) is not None
    ]


def rounds_of(order_id: int) -> list[RoundView]:
    """List the rounds of an order, newest first."""
    fields = RoundView.__struct_fields__
    rows = Verification.objects.filter(order_id=order_id).order_by("-round").values_list(*fields)
    return [RoundView(*row) for row in rows]


def has_sources(order_id: int) -> bool:
    """Tell whether anything the order was entered from is kept with it."""
    return EntrySource.objects.filter(order_id=order_id).exists()


def fields_asked(order_id: int) -> list[str]:
    """List the fields the open round asks to type again, those that the entry has at all."""
    one = (
        Verification.objects.select_related("order__customer__person_key")
        .filter(order_id=order_id, state="open")
        .first()
    )
    if one is None:
        return []
    entry, _came = _contents(one.order)
    return [field for field in rules.CRITICAL if field in one.fields and (entry.get(field) or field == "total_minor")]


def compared(order_id: int, checker: str) -> list[Side] | None:
    """Lay the entry beside its source and what the checker typed; None before they typed. What was typed stays shown
    to whoever typed it only.
    """
    one = (
        Verification.objects.select_related("order__customer__person_key")
        .filter(order_id=order_id, state="open")
        .first()
    )
    if one is None:
        return None
    rekey = Rekey.objects.filter(verification=one, checker=checker).first()
    if one.fields and rekey is None:
        return None
    key = person_key(one.order)
    typed = personal.unseal(key, rekey.sealed) if rekey and key and rekey.sealed else {}
    stands, came = _contents(one.order)
    differing = set(rekey.differing) if rekey else set()
    return [
        Side(
            field,
            came.get(field, value),
            value,
            typed.get(field, ""),
            came.get(field, value) != value,
            field in differing,
        )
        for field, value in stands.items()
        if value or came.get(field)
    ]


def _contents(order: Order) -> tuple[dict[str, str], dict[str, str]]:
    """Open an order's content as it stands, and as it came before people changed it."""
    key = person_key(order)
    opened: dict[str, Any] = personal.unseal(key, order.sealed) if key and order.sealed else {}
    stands = {f"recipient.{name}": str(value or "") for name, value in (opened.get("recipient") or {}).items()}
    stands["note"] = str(opened.get("note") or "")
    stands["total_minor"] = amount_text("total_minor", order.total_minor, order.currency)
    came = dict(stands)
    changes = Event.objects.filter(subject_kind="order", subject_id=order.id, kind=MENDED).order_by("-id")
    for data in changes.values_list("data", flat=True):
        for field, before in data["before"].items():
            came[field] = _clear(field, before, key, order.currency)
    return {**dict.fromkeys(came, ""), **stands}, came


def _clear(field: str, before: Any, key: bytes | None, currency: str) -> str:
    if isinstance(before, list):
        return "\n".join(str(part) for part in before)
    if isinstance(before, str) and (field.startswith("recipient.") or field == "note"):
        return str(personal.unseal(key, base64.b64decode(before))) if key else ""
    return amount_text(field, before, currency)


def accuracy(*, since: datetime, until: datetime, worker: str = "") -> list[Accuracy]:
    """Count, per person, checked entries and those that proved wrong, as a whole and by field.

    Units: rounds that ended with a verdict in the period; a field counts where it was typed again.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "verification_accuracy"), {"since": since, "until": until, "worker": worker})
        return [Accuracy(*row) for row in cursor.fetchall()]

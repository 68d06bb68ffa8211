"""Read changes of orders: one with its preview, those of an order, and what can be changed now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef
from msgspec import Struct

from steward.kernel import errors
from steward.modules.orders.models import Conflict, Hold, Order, OrderChange, OrderFinding, Verification
from steward.modules.orders.queries import change_words, words
from steward.modules.orders.queries.change_policy import refused_kinds
from steward.modules.orders.rules.change_plan import Effects
from steward.modules.orders.rules.changes import Kind, Looks, possible


class ChangeView(Struct, frozen=True, kw_only=True):
    """One change and what its preview said; `content` is what was wanted, without personal data."""

    id: int
    order_id: int
    order_number: str
    other_number: str
    kind: str
    state: str
    reason: str
    content: dict[str, Any]
    effects: Effects
    proposed_by: str
    proposed_at: datetime
    ended_by: str
    ended_at: datetime | None
    lapse: str

    @property
    def label(self) -> str:
        """Name the kind in the reader's language."""
        return change_words.kind(self.kind)

    @property
    def state_label(self) -> str:
        """Name the state in the reader's language."""
        return words.word(change_words.STATES, self.state)

    @property
    def lapse_label(self) -> str:
        """Say why it lapsed, in the reader's language."""
        return words.word(change_words.LAPSES, self.lapse) if self.lapse else ""

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for a decision."""
        return self.state == "draft"


def change(change_id: int) -> ChangeView:
    """Read one change. Raises: NotFound."""
    row = OrderChange.objects.select_related("order", "other").filter(id=change_id).first()
    if row is None:
        raise errors.NotFound(key=change_id)
    return _view(row)


def changes_of(order_id: int) -> list[ChangeView]:
    """List the changes of an order, newest first."""
    rows = OrderChange.objects.filter(order_id=order_id).select_related("order", "other").order_by("-id")
    return [_view(row) for row in rows]


def open_change(order_id: int) -> ChangeView | None:
    """Return the change of an order that waits for a decision."""
    row = OrderChange.objects.filter(order_id=order_id, state="draft").select_related("order", "other").first()
    return _view(row) if row else None


def undoable_merge(order_id: int) -> ChangeView | None:
    """Return the last merge of an order that was not taken apart."""
    rows = OrderChange.objects.filter(order_id=order_id, kind="merge", state="confirmed")
    undone = OrderChange.objects.filter(order_id=order_id, kind="unmerge", state="confirmed").values("undoes_id")
    row = rows.exclude(id__in=undone).select_related("order", "other").order_by("-id").first()
    return _view(row) if row else None


def _view(row: OrderChange) -> ChangeView:
    return ChangeView(
        id=row.id,
        order_id=row.order_id,
        order_number=row.order.number,
        other_number=row.other.number if row.other else "",
        kind=row.kind,
        state=row.state,
        reason=row.reason,
        content=row.content,
        effects=msgspec.convert(row.effects, Effects),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
        lapse=row.lapse,
    )


class LinkedOrder(Struct, frozen=True):
    """Another order that this one was split from, split into, merged into, or took in; `how` says which."""

    number: str
    how: str
    state: str

    @property
    def label(self) -> str:
        """Say how they belong together, in the reader's language."""
        return words.word(change_words.LINKS, self.how)


def linked_orders(order_id: int) -> list[LinkedOrder]:
    """List the orders one belongs together with."""
    row = Order.objects.select_related("split_from", "merged_into", "replaces").get(id=order_id)
    above = {"split_from": row.split_from, "merged_into": row.merged_into, "replaces": row.replaces}
    found = [LinkedOrder(one.number, how, one.state) for how, one in above.items() if one is not None]
    below = {
        "part": Order.objects.filter(split_from=row),
        "took_in": Order.objects.filter(merged_into=row),
        "replacement": Order.objects.filter(replaces=row),
    }
    for how, rows in below.items():
        found += [LinkedOrder(one.number, how, one.state) for one in rows.order_by("id")]
    return found


def possible_changes(order_id: int) -> dict[Kind, str]:
    """Say for every kind of change why it cannot be made now, in words; empty: it can. One statement, without locks."""
    own = {"order_id": OuterRef("id")}
    open_ = OrderFinding.objects.filter(**own, resolved_at=None, severity="error")
    row = Order.objects.annotate(
        is_held=Exists(Hold.objects.filter(**own, decision=None)),
        has_conflict=Exists(Conflict.objects.filter(**own, resolved_at=None)),
        has_errors=Exists(open_.exclude(code="short_of_stock")),
        awaits_verification=Exists(Verification.objects.filter(**own, state="open")),
    ).get(id=order_id)
    looks = Looks(
        historic=row.historic,
        is_held=row.is_held,
        has_conflict=row.has_conflict,
        has_errors=row.has_errors,
        awaits_verification=row.awaits_verification,
        is_being_refunded=row.payment_state in ("refunding", "partly_refunded", "refunded"),
        is_paid_by_goods=row.awaits_goods or row.credit_minor > 0,
    )
    found = possible(row.state, row.fulfilment_state, looks)
    refused = refused_kinds(order_id, tuple(kind for kind, why in found.items() if not why))
    return {kind: change_words.hindrance(why) or refused.get(kind, "") for kind, why in found.items()}

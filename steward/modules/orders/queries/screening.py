"""What screening said of an order, what is held, and what ties a held order to others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection
from django.db.models import QuerySet
from msgspec import Struct

from steward.kernel import sql
from steward.modules.orders.models import Hold, Order, Screening
from steward.modules.orders.queries import screening_words as words
from steward.modules.orders.queries.listing import OrderRow, order_rows
from steward.modules.orders.queries.screening_facts import oldest_key, set_of
from steward.modules.orders.queries.screening_sealed import masked, opened
from steward.modules.orders.rules.screening import Reason
from steward.modules.orders.rules.screening_graph import Graph, drawn

PACKAGE = "steward.modules.orders"
REACH_S = 90 * 86_400
MOST_PER_SIGNAL = 12
COUNTED_AT_MOST = 1_000


class ReasonView(Struct, frozen=True):
    """Why a rule fired, in the reader's language, and the orders it points to."""

    rule: str
    text: str
    weight: int
    order_ids: tuple[int, ...]


class HoldView(Struct, frozen=True):
    """A hold; `outcome` is empty while it waits for somebody."""

    opened_at: datetime
    outcome: str
    reason: str
    decided_by: str
    decided_at: datetime | None

    @property
    def outcome_label(self) -> str:
        """Say what became of it."""
        return str(words.OUTCOMES[self.outcome])


class ScreeningView(Struct, frozen=True):
    """What was said of an order last, by which version of the rules."""

    order_id: int
    score: int
    hold_at: int
    version: int
    screened_at: datetime
    reasons: list[ReasonView]
    hold: HoldView | None

    @property
    def is_held(self) -> bool:
        """Tell whether it waits for a person."""
        return self.hold is not None and not self.hold.outcome


class HeldRow(Struct, frozen=True):
    """One held order of the queue."""

    order: OrderRow
    screening: ScreeningView


class Shared(Struct, frozen=True):
    """One thing the order has in common with others: which kind, how it is shown, with which orders."""

    kind: str
    label: str
    masked: str
    order_ids: list[int]


class Evidence(Struct, frozen=True):
    """All a person needs to decide: the order, the reasons, what it shares, the orders it shares that with."""

    order: OrderRow
    screening: ScreeningView
    shared: list[Shared]
    linked: list[OrderRow]
    graph: Graph


def find_screening(order_id: int) -> ScreeningView | None:
    """Return what was said of an order last; None before it was screened, and for past orders."""
    found = _views([order_id])
    return found.get(order_id)


def _views(order_ids: Sequence[int]) -> dict[int, ScreeningView]:
    """Read the last screening of each order in a constant number of queries."""
    rows = Screening.objects.filter(order_id__in=order_ids).select_related("rule_set").order_by("order_id", "-id")
    last: dict[int, Screening] = {}
    for row in rows:
        last.setdefault(row.order_id, row)
    holds: dict[int, HoldView] = {}
    for hold in Hold.objects.filter(order_id__in=order_ids).select_related("decision").order_by("id"):
        made = getattr(hold, "decision", None)
        holds[hold.order_id] = HoldView(
            opened_at=hold.opened_at,
            outcome=made.outcome if made else "",
            reason=made.reason if made else "",
            decided_by=made.decided_by if made else "",
            decided_at=made.decided_at if made else None,
        )
    return {order_id: _view(row, holds.get(order_id)) for order_id, row in last.items()}


def _view(row: Screening, hold: HoldView | None) -> ScreeningView:
    rules = {rule.code: rule for rule in set_of(row.rule_set).rules}
    reasons = msgspec.convert(row.reasons, list[Reason])
    return ScreeningView(
        order_id=row.order_id,
        score=row.score,
        hold_at=row.rule_set.hold_at,
        version=row.rule_set.version,
        screened_at=row.screened_at,
        reasons=[
            ReasonView(one.rule, words.reason_text(one, rules[one.rule]), one.weight, one.order_ids)
            for one in sorted(reasons, key=lambda one: -one.weight)
        ],
        hold=hold,
    )


def _holds(outcome: str) -> QuerySet[Hold]:
    if outcome:
        return Hold.objects.filter(decision__outcome=outcome)
    return Hold.objects.filter(decision=None).exclude(order__state="cancelled")


def holds_page(*, outcome: str = "", before_id: int | None = None, limit: int = 50) -> tuple[list[HeldRow], int | None]:
    """List held orders: those that wait, oldest first; decided ones newest first. Returns the key of the next page."""
    found = _holds(outcome)
    if before_id is not None:
        found = found.filter(id__lt=before_id) if outcome else found.filter(id__gt=before_id)
    keys = list(found.order_by("-id" if outcome else "id").values_list("id", "order_id")[: limit + 1])
    ids = [order_id for _id, order_id in keys[:limit]]
    orders = Order.objects.filter(id__in=ids).select_related("shop", "customer__person_key")
    rows = {row.id: row for row in order_rows(list(orders))}
    views = _views(ids)
    return [HeldRow(rows[id_], views[id_]) for id_ in ids], keys[limit - 1][0] if len(keys) > limit else None


def held_count() -> int:
    """Count the orders that wait for a decision, up to 1,000."""
    return len(_holds("").values_list("id")[:COUNTED_AT_MOST])


def evidence(order_id: int) -> Evidence | None:
    """Collect what a held order shares with others within 90 days; None when it was never screened."""
    screening = find_screening(order_id)
    if screening is None:
        return None
    own = opened([order_id])[0]
    ids_by_kind: dict[str, list[int]] = {kind: [] for kind in own.values}
    wanted = {
        "order_id": order_id,
        "key_version": oldest_key(),
        "reach_s": REACH_S,
        "most": MOST_PER_SIGNAL,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "screening_linked"), wanted)
        for kind, other_id in cursor.fetchall():
            ids_by_kind.setdefault(kind, []).append(other_id)
    wanted_ids = {order_id, *(other for ids in ids_by_kind.values() for other in ids)}
    orders = Order.objects.filter(id__in=wanted_ids).select_related("shop", "customer__person_key").order_by("-id")
    rows = {row.id: row for row in order_rows(list(orders))}
    return Evidence(
        order=rows[order_id],
        screening=screening,
        shared=[
            Shared(kind, str(words.SIGNALS[kind]), _shown(kind, own.values.get(kind, "")), ids)
            for kind, ids in ids_by_kind.items()
        ],
        linked=[row for id_, row in rows.items() if id_ != order_id],
        graph=drawn(ids_by_kind),
    )


def _shown(kind: str, value: str) -> str:
    return masked(kind, value.rpartition("|")[2] if kind == "address" else value)

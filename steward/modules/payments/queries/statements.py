"""Statements of providers and where they differ from the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from msgspec import Struct

from steward.kernel import errors
from steward.modules.payments.models import Difference, Entry, Statement
from steward.modules.payments.queries.ledger import count_unmatched
from steward.modules.payments.queries.refunds import refund_counts
from steward.modules.payments.rules import refunds as rules


class StatementView(Struct, frozen=True, kw_only=True):
    """One statement and how it compares."""

    id: int
    provider: str
    file_name: str
    starts_at: datetime
    ends_at: datetime
    row_count: int
    matched_count: int
    imported_at: datetime
    imported_by: str
    open_count: int
    difference_count: int


class DifferenceView(Struct, frozen=True, kw_only=True):
    """One difference. Units: minor currency units."""

    id: int
    statement_id: int
    provider: str
    kind: str
    direction: str
    transaction: str
    stated_minor: int | None
    stated_currency: str
    ours_minor: int | None
    ours_currency: str
    order_id: int | None
    found_at: datetime
    outcome: str
    reason: str
    settled_by: str
    settled_at: datetime | None
    asked_at: datetime | None
    answer: str
    answered_minor: int | None
    answered_currency: str


def statements(*, before_id: int | None = None, limit: int = 50) -> list[StatementView]:
    """List statements, newest first, one page of them."""
    rows = Statement.objects.order_by("-id")
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return _views(rows, limit)


def statement(id_: int) -> StatementView:
    """Read one statement. Raises: NotFound."""
    found = _views(Statement.objects.filter(id=id_), 1)
    if not found:
        raise errors.NotFound(key=id_)
    return found[0]


def _views(rows: Any, limit: int) -> list[StatementView]:
    counted = ("provider", "open_count", "difference_count")
    fields = [name for name in StatementView.__struct_fields__ if name not in counted]
    found = rows.annotate(
        open_count=Count("differences", filter=Q(differences__outcome="")), difference_count=Count("differences")
    ).values("provider__code", "open_count", "difference_count", *fields)[:limit]
    return [StatementView(provider=row.pop("provider__code"), **row) for row in found]


def differences(
    *, statement_id: int | None = None, only_open: bool = False, before_id: int | None = None, limit: int = 100
) -> list[DifferenceView]:
    """List differences, newest first, one page of them."""
    rows: Any = Difference.objects.order_by("-id")
    if statement_id is not None:
        rows = rows.filter(statement_id=statement_id)
    if only_open:
        rows = rows.filter(outcome="")
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    fields = [name for name in DifferenceView.__struct_fields__ if name != "provider"]
    found = rows.annotate(provider=F("statement__provider__code")).values("provider", *fields)[:limit]
    return [DifferenceView(**row) for row in found]


def statements_to_compare(*, limit: int) -> list[int]:
    """List statements with an open difference over a payment that is in the ledger by now."""
    here = Entry.objects.filter(
        provider=OuterRef("statement__provider__code"),
        transaction=OuterRef("transaction"),
        direction=OuterRef("direction"),
        simulated=False,
    )
    rows = Difference.objects.filter(Exists(here), outcome="", kind="missing_here").order_by("statement_id")
    return list(rows.values_list("statement_id", flat=True).distinct()[:limit])


def count_open_differences() -> int:
    """Count the differences nobody has worked yet."""
    return Difference.objects.filter(outcome="").count()


def waiting_counts() -> dict[str, int]:
    """Count what waits for people about money, under the names the menu knows."""
    states = refund_counts()
    return {
        "payments.refunds": sum(states.get(state, 0) for state in rules.FOR_A_PERSON),
        "payments.differences": count_open_differences(),
        "payments.unmatched": count_unmatched(),
    }

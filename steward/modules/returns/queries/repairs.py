"""Read repairs: lists by queue, one whole, those of a case, a customer, a technician. Source: RET-6."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_datetime
from msgspec import Struct

from steward.kernel import errors
from steward.modules.returns.models import Loaner, Repair, RepairPart
from steward.modules.returns.queries import repair_views as views
from steward.modules.returns.queries.repair_views import RepairRow, RepairView
from steward.modules.returns.queries.repair_words import warranty_words
from steward.modules.returns.queries.warranties import may_choose_remedy
from steward.modules.returns.rules import repair as rules

QUEUES = ("expected", "diagnose", "decide", "customer", "parts", "work", "back", "loaners")
RENAMED = {
    "case_number": "case__number",
    "order_number": "case__order_number",
    "ticket_id": "case__ticket_id",
    "sku": "item__sku",
    "name_zh": "item__name_zh",
    "name_en": "item__name_en",
    "serialised": "item__serialised",
    "category": "item__category",
}
FIELDS = tuple(RENAMED.get(name, name) for name in RepairRow.__struct_fields__)


class RepairFilters(Struct, frozen=True, kw_only=True):
    """How a list of repairs is narrowed; `text` finds numbers of repairs, cases, orders, and serial numbers."""

    queue: str = ""
    state: str = ""
    technician_id: int | None = None
    shops: Collection[str] = ()
    text: str = ""
    case_ids: Collection[int] | None = None
    customer_ids: Collection[int] | None = None


def _of_queue(queue: str, now: datetime) -> Q:
    """Say which repairs wait in a queue."""
    short = Exists(RepairPart.objects.filter(repair=OuterRef("pk"), state="wanted"))
    lent = Exists(Loaner.objects.filter(repair=OuterRef("pk"), state="lent", due_at__lt=now))
    asks = {
        "expected": Q(state="awaiting"),
        "diagnose": Q(state="received"),
        "decide": Q(state__in=("diagnosed", "declined")),
        "customer": Q(state__in=("quoted", "not_repairable")),
        "parts": Q(state="approved") & Q(short),
        "work": Q(state__in=("approved", "in_repair", "tested")),
        "back": Q(state="ready"),
        "loaners": Q(lent),
    }
    return asks[queue]


def repairs_page(
    filters: RepairFilters, *, now: datetime, before_id: int | None = None, limit: int = 50
) -> list[RepairRow]:
    """List repairs, newest first, one page of them."""
    rows = Repair.objects.all()
    if filters.queue in QUEUES:
        rows = rows.filter(_of_queue(filters.queue, now))
    named = {"state": filters.state, "shop__in": list(filters.shops), "technician_id": filters.technician_id}
    rows = rows.filter(**{name: value for name, value in named.items() if value})
    among = {"case_id__in": filters.case_ids, "customer_id__in": filters.customer_ids}
    rows = rows.filter(**{name: list(value) for name, value in among.items() if value is not None})
    if text := filters.text.strip():
        numbers = Q(number=text.upper()) | Q(case__number=text.upper()) | Q(case__order_number=text.upper())
        rows = rows.filter(numbers | Q(serial=text))
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return _rows(rows.order_by("-id")[:limit])


def _rows(found: QuerySet[Repair]) -> list[RepairRow]:
    names = RepairRow.__struct_fields__
    return [RepairRow(**dict(zip(names, row, strict=True))) for row in found.values_list(*FIELDS)]


def repairs_of_cases(case_ids: Collection[int]) -> list[RepairRow]:
    """List the repairs of cases, by id."""
    return _rows(Repair.objects.filter(case_id__in=list(case_ids)).order_by("id"))


def repair_counts(*, now: datetime, shops: Collection[str] = ()) -> dict[str, int]:
    """Count the repairs that wait in each queue."""
    rows = Repair.objects.filter(~Q(state__in=rules.OVER) | _of_queue("loaners", now))
    rows = rows.filter(shop__in=list(shops)) if shops else rows
    counts: dict[str, int] = rows.aggregate(**{one: Count("id", filter=_of_queue(one, now)) for one in QUEUES})
    return counts


def my_repairs(technician_id: int, *, limit: int = 20) -> list[RepairRow]:
    """List the repairs somebody has to work on, oldest first."""
    states = ("received", "diagnosed", "approved", "in_repair", "tested")
    rows = Repair.objects.filter(technician_id=technician_id, state__in=states)
    return _rows(rows.order_by("state_since", "id")[:limit])


def repair(number: str | int, *, shops: Collection[str] = ()) -> RepairView:
    """Read one repair whole, by its number or id. Raises: NotFound, also for a shop the reader may not see."""
    named = Q(id=number) if isinstance(number, int) else Q(number=number.strip().upper())
    rows = _rows(Repair.objects.filter(named))
    if not rows or (shops and rows[0].shop not in shops):
        raise errors.NotFound(key=number)
    return views_of([rows[0].id])[0]


def views_of(ids: Sequence[int]) -> list[RepairView]:
    """Read repairs whole, by id; a constant number of statements."""
    rows = {one.id: one for one in _rows(Repair.objects.filter(id__in=list(ids)))}
    wholes = Repair.objects.filter(id__in=list(ids)).select_related("piece").order_by("id")
    parts = _by_repair(views.PartView, "parts", ids, sku="item__sku", name_zh="item__name_zh", name_en="item__name_en")
    work = _by_repair(views.WorkView, "work", ids)
    quotes = _by_repair(views.RepairQuoteView, "quotes", ids)
    charges = _by_repair(views.ChargeView, "charges", ids)
    visits = _by_repair(views.VisitView, "visits", ids)
    loaners = _by_repair(
        views.LoanerView, "loaners", ids, sku="item__sku", name_zh="item__name_zh", name_en="item__name_en"
    )
    return [
        RepairView(
            row=rows[one.id],
            warranty=one.warranty,
            warranty_text=warranty_words(one.warranty["why"], _instant(one.warranty.get("until"))),
            coverage_why=one.coverage_why,
            coverage_by=one.coverage_by,
            fault=one.fault,
            cause=one.cause,
            repaired_before=one.repaired_before,
            may_choose=_may_choose(one),
            remedy=one.remedy,
            next_case=one.next_case,
            back_carrier=one.back_carrier,
            back_tracking=one.back_tracking,
            labour_minor=one.labour_minor,
            reception=one.piece.reception,
            next=_next(one, parts.get(one.id, []), charges.get(one.id, [])),
            parts=parts.get(one.id, []),
            work=work.get(one.id, []),
            quotes=quotes.get(one.id, []),
            charges=charges.get(one.id, []),
            visits=visits.get(one.id, []),
            loaners=loaners.get(one.id, []),
        )
        for one in wholes
    ]


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _may_choose(one: Repair) -> bool:
    """Tell whether a replacement or the money can be chosen now."""
    has_right = may_choose_remedy(one) or (one.state == "not_repairable" and one.coverage == "in")
    return has_right and (one.state, "replace") in rules.TRANSITIONS


def _next(one: Repair, parts: Sequence[views.PartView], charges: Sequence[views.ChargeView]) -> str:
    """Name what happens next with a repair."""
    if one.state in rules.OVER:
        return "over"
    if one.state == "approved" and any(part.state == "wanted" for part in parts):
        return "parts"
    if one.state == "ready" and any(charge.state == "due" for charge in charges):
        return "owed"
    return one.state


def _by_repair(kind: Any, name: str, ids: Sequence[int], **renamed: str) -> dict[int, list[Any]]:
    """Read rows of repairs as structs, by repair and in the order they were made."""
    model: Any = Repair._meta.get_field(name).related_model
    names = kind.__struct_fields__
    rows = model.objects.filter(repair_id__in=list(ids)).order_by("id")
    found: dict[int, list[Any]] = {}
    for repair_id, *values in rows.values_list("repair_id", *[renamed.get(one, one) for one in names]):
        found.setdefault(repair_id, []).append(kind(**dict(zip(names, values, strict=True))))
    return found

"""Read cases: lists by queue, one whole, those of a customer, an order, a ticket."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from msgspec import Struct

from steward.kernel import errors
from steward.modules.deadlines.queries import next_clocks
from steward.modules.logistics.queries.shipments import ShipmentFilters, shipments_page
from steward.modules.payments.queries import RefundRow, refunds_of_order
from steward.modules.returns.models import Case, Evidence, Guidance, Inspection, Parcel, Piece, QuotePart, RefundDue
from steward.modules.returns.models import Surplus as SurplusRow
from steward.modules.returns.queries import views
from steward.modules.returns.queries.owed import owed_of_cases
from steward.modules.returns.queries.views import CaseRow, CaseView, NextStep, ParcelView, PieceView
from steward.modules.returns.rules import states

SUBJECT = "return"
WITH_MONEY = ("refund_only", "return_refund")
QUEUES = ("decide", "send", "arriving", "inspect", "judge", "settle", "failed", "solve")
RENAMED = {"reason": "reason__code", "reason_labels": "reason__labels", "fault": "reason__fault"}
FIELDS = tuple(RENAMED.get(name, name) for name in CaseRow.__struct_fields__[:-1])


class CaseFilters(Struct, frozen=True, kw_only=True):
    """How a list of cases is narrowed; `text` finds numbers of cases, orders and marketplaces."""

    queue: str = ""
    states: tuple[str, ...] = ()
    kind: str = ""
    reason: str = ""
    shops: Collection[str] = ()
    text: str = ""
    order_ids: Collection[int] | None = None
    customer_ids: Collection[int] | None = None
    ticket_ids: Collection[int] | None = None


def _having(**pieces: Any) -> Exists:
    return Exists(Piece.objects.filter(case=OuterRef("pk"), **pieces))


def _of_queue(queue: str) -> Q | Exists:
    """Say which cases wait in a queue."""
    approved, due = Q(state="approved"), {"acceptance": "accepted", "settled_at": None, "live": True}
    failed = Exists(RefundDue.objects.filter(case=OuterRef("pk"), state__in=("failed", "refused")))
    asks: Mapping[str, Q] = {
        "decide": Q(state="requested"),
        "send": approved & Q(_having(reception="awaiting")),
        "arriving": approved & Q(_having(reception="in_transit")),
        "inspect": approved & Q(_having(reception="received", acceptance="pending")),
        "judge": approved & Q(_having(acceptance="to_person")),
        "settle": approved & Q(kind__in=WITH_MONEY) & Q(_having(**due)),
        "failed": approved & Q(kind__in=WITH_MONEY) & Q(_having(**due)) & Q(failed),
        "solve": approved & ~Q(kind__in=WITH_MONEY) & Q(_having(acceptance="accepted")),
    }
    return asks[queue]


def _narrowed(filters: CaseFilters) -> QuerySet[Case]:
    rows = Case.objects.all()
    if filters.queue in QUEUES:
        rows = rows.filter(_of_queue(filters.queue))
    named = {
        "state__in": filters.states,
        "kind": filters.kind,
        "reason__code": filters.reason,
        "shop__in": list(filters.shops),
    }
    rows = rows.filter(**{name: value for name, value in named.items() if value})
    among = {
        "order_id__in": filters.order_ids,
        "customer_id__in": filters.customer_ids,
        "ticket_id__in": filters.ticket_ids,
    }
    rows = rows.filter(**{name: list(value) for name, value in among.items() if value is not None})
    text = filters.text.strip()
    if text:
        rows = rows.filter(Q(number=text.upper()) | Q(order_number=text.upper()) | Q(outside_number=text))
    return rows


def cases_page(filters: CaseFilters, *, before_id: int | None = None, limit: int = 50) -> list[CaseRow]:
    """List cases, newest first, one page of them."""
    rows = _narrowed(filters)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return _rows(rows.order_by("-id")[:limit])


def cases_of_order(order_id: int) -> list[CaseRow]:
    """List the cases of an order, newest first."""
    return cases_page(CaseFilters(order_ids=[order_id]), limit=200)


def cases_of_customer(customer_id: int, *, before_id: int | None = None, limit: int = 50) -> list[CaseRow]:
    """List the cases of a customer, newest first, one page of them."""
    return cases_page(CaseFilters(customer_ids=[customer_id]), before_id=before_id, limit=limit)


def cases_of_ticket(ticket_id: int) -> list[CaseRow]:
    """List the cases that were opened from a ticket, newest first."""
    return cases_page(CaseFilters(ticket_ids=[ticket_id]), limit=50)


def queue_counts(*, shops: Collection[str] = ()) -> dict[str, int]:
    """Count the cases that wait in each queue."""
    rows = Case.objects.filter(state__in=states.OPEN)
    rows = rows.filter(shop__in=list(shops)) if shops else rows
    counts: dict[str, int] = rows.aggregate(**{queue: Count("id", filter=_of_queue(queue)) for queue in QUEUES})
    return counts


def _rows(found: Any) -> list[CaseRow]:
    rows = list(found.values_list(*FIELDS))
    ids = [row[0] for row in rows]
    units = dict(Piece.objects.filter(case_id__in=ids).values_list("case_id").annotate(n=Count("id")))
    names = CaseRow.__struct_fields__[:-1]
    return [CaseRow(**dict(zip(names, row, strict=True)), pieces=units.get(row[0], 0)) for row in rows]


def case(number: str | int, *, shops: Collection[str] = ()) -> CaseView:
    """Read one case whole, by its number or id. Raises: NotFound, also for a shop the reader may not see."""
    named = Q(id=number) if isinstance(number, int) else Q(number=number.strip().upper())
    found = Case.objects.filter(named)
    rows = _rows(found)
    if not rows or (shops and rows[0].shop not in shops):
        raise errors.NotFound(key=number)
    row, whole = rows[0], found.get()
    pieces = _pieces(row.id)
    refunds = _refunds(row)
    return CaseView(
        row=row,
        words=whole.words,
        answers=whole.answers,
        verdict=whole.verdict,
        policy_version=whole.policy_version,
        freight_payer=whole.freight_payer,
        advance=whole.advance,
        decided_at=whole.decided_at,
        decider=whole.decider,
        refusal=whole.refusal,
        closed_at=whole.closed_at,
        answer_due_at=whole.answer_due_at,
        pieces=pieces,
        parcels=_parcels(row, pieces),
        evidence=[
            views.EvidenceView(attachment_id=id_, shows=shows, at=at)
            for id_, shows, at in Evidence.objects.filter(case_id=row.id)
            .order_by("id")
            .values_list("attachment_id", "shows", "at")
        ],
        refunds=refunds,
        guidance=_structs(views.GuidanceView, Guidance.objects.filter(case_id=row.id).order_by("id")),
        surplus=_structs(views.SurplusView, SurplusRow.objects.filter(case_id=row.id).order_by("id"), sku="item__sku"),
        owed=owed_of_cases([row.id]).get(row.id, []),
        next=_next(row, pieces, refunds),
    )


def _structs(kind: Any, rows: Any, **renamed: str) -> list[Any]:
    names = kind.__struct_fields__
    found = rows.values_list(*[renamed.get(name, name) for name in names])
    return [kind(**{name: "" if value is None and name == "sku" else value
                    for name, value in zip(names, row, strict=True)}) for row in found]  # fmt: skip


def _pieces(case_id: int) -> list[PieceView]:
    title = "item__name_en" if (get_language() or "").startswith("en") else "item__name_zh"
    newest = Inspection.objects.filter(piece__case_id=case_id).order_by("piece_id", "-id").distinct("piece_id")
    names = views.InspectionView.__struct_fields__
    found = {row.pop("piece_id"): views.InspectionView(**row) for row in newest.values("piece_id", *names)}
    rows: Any = Piece.objects.filter(case_id=case_id).order_by("line_id", "position", "id")
    own = PieceView.__struct_fields__[:-1]
    columns = {"sku": "item__sku", "name": title, "serialised": "item__serialised"}
    return [
        PieceView(**dict(zip(own, row, strict=True)), inspection=found.get(row[0]))
        for row in rows.values_list(*[columns.get(name, name) for name in own])
    ]


def _parcels(row: CaseRow, pieces: Sequence[PieceView]) -> list[ParcelView]:
    back = ShipmentFilters(order_ids=frozenset({row.order_id}), direction="return")
    known = Parcel.objects.filter(case_id=row.id).order_by("id")
    where = {one.id: one for one in shipments_page(back)} if known else {}
    found = []
    for one in known:
        shipment = where.get(one.shipment_id or 0)
        tracking = one.tracking_number or (shipment.tracking[0] if shipment and shipment.tracking else "")
        found.append(
            ParcelView(
                id=one.id,
                method=one.method,
                shipment_number=one.shipment_number,
                carrier=one.carrier,
                tracking_number=tracking,
                station_id=one.station_id,
                pick_up_from=one.pick_up_from,
                pick_up_to=one.pick_up_to,
                announced_at=one.announced_at,
                delivered_at=one.delivered_at,
                opened_at=one.opened_at,
                pieces=sum(piece.parcel_id == one.id for piece in pieces),
                state=shipment.state if shipment else "",
            )
        )
    return found


def _refunds(row: CaseRow) -> list[views.RefundView]:
    refunds = list(RefundDue.objects.filter(case_id=row.id).order_by("id"))
    ours: list[RefundRow] = refunds_of_order(row.order_id) if refunds else []
    parts: dict[int, list[views.PartView]] = {}
    for part in QuotePart.objects.filter(refund__in=refunds).order_by("refund_id", "position"):
        parts.setdefault(part.refund_id, []).append(
            views.PartView(
                kind=part.kind,
                line_id=part.line_id,
                quantity=part.quantity,
                amount_minor=part.amount_minor,
                facts=part.facts,
            )
        )
    return [
        views.RefundView(
            id=one.id,
            amount_minor=one.amount_minor,
            paid_minor=one.paid_minor,
            state=one.state,
            early=one.early,
            why=one.why,
            request_id=one.request_id,
            asked_at=one.asked_at,
            ended_at=one.ended_at,
            numbers=[refund.number for refund in ours if refund.request_id == one.request_id],
            parts=parts.get(one.id, []),
        )
        for one in refunds
    ]


def _next(row: CaseRow, pieces: Sequence[PieceView], refunds: Sequence[views.RefundView]) -> NextStep:
    """Say what happens next with a case, and until when."""
    if row.state not in states.OPEN:
        return NextStep("closed")
    clock = next_clocks(SUBJECT, [row.id]).get(row.id)
    due_at = clock.due_at if clock else None
    if row.state == "requested":
        return NextStep("decide", due_at)
    where = {(piece.reception, piece.acceptance) for piece in pieces}
    if ("received", "pending") in where:
        return NextStep("inspect", due_at)
    if any(acceptance == "to_person" for _reception, acceptance in where):
        return NextStep("judge", due_at)
    if any(reception == "in_transit" for reception, _acceptance in where):
        return NextStep("arrive")
    if any(reception == "awaiting" for reception, _acceptance in where):
        return NextStep("send", row.return_by)
    if row.kind not in WITH_MONEY:
        return NextStep("solve")
    owed = any(piece.acceptance == "accepted" and piece.settled_at is None for piece in pieces)
    return NextStep("settle" if owed else "pay" if any(one.state == "asked" for one in refunds) else "closed")

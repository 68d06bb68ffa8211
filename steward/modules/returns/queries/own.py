"""A customer's own cases, as far as they are theirs to see: no names of staff, no grades, no notes of the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.deadlines import queries as deadlines
from steward.modules.returns.models import Case, Evidence, Guidance, Parcel, Piece, RefundDue
from steward.modules.returns.queries.exchanges import ExchangeView, exchanges_of

SUBJECT = "return"
LONGEST_PAGE = 500


class OwnPiece(Struct, frozen=True):
    """One piece. `in_parcel`: it has been announced in one."""

    sku: str
    name_zh: str
    name_en: str
    reception: str
    acceptance: str
    in_parcel: bool


class OwnParcel(Struct, frozen=True):
    """One parcel back to us."""

    method: str
    carrier: str
    tracking_number: str
    announced_at: datetime
    delivered_at: datetime | None


class OwnRefund(Struct, frozen=True):
    """Money on its way back, or there. Units: minor units of the case's currency."""

    amount_minor: int
    state: str
    asked_at: datetime
    ended_at: datetime | None


class OwnGuidance(Struct, frozen=True):
    """What we proposed instead of sending anything."""

    id: int
    words: str
    link: str
    outcome: str


class OwnCase(Struct, frozen=True, kw_only=True):
    """One case of a customer. `answer_by`: until when we have to have answered. Units: minor units of `currency`."""

    id: int
    number: str
    order_id: int
    order_number: str
    customer_id: int | None
    kind: str
    state: str
    state_since: datetime
    reason: dict[str, str]
    reason_code: str
    words: str
    freight_payer: str
    currency: str
    quoted_minor: int
    refunded_minor: int
    return_by: datetime | None
    requested_at: datetime
    decided_at: datetime | None
    refusal: str
    closed_at: datetime | None
    answer_by: datetime | None
    pieces: list[OwnPiece]
    parcels: list[OwnParcel]
    refunds: list[OwnRefund]
    evidence: list[int]
    guidance: list[OwnGuidance]
    exchange: ExchangeView | None = None


def own_cases(
    customer_ids: Collection[int], *, order_id: int | None = None, after: int | None = None, limit: int = 20
) -> list[OwnCase]:
    """List a person's cases, newest first, older than the key `after`; a constant number of statements."""
    rows = Case.objects.filter(customer_id__in=customer_ids)
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return _views(list(rows.select_related("reason").order_by("-id")[: min(limit, LONGEST_PAGE)]))


def own_case(number: str) -> OwnCase:
    """Read one case; whose it is, the caller looks at. Raises: NotFound."""
    found = _views(list(Case.objects.filter(number=number).select_related("reason")))
    if not found:
        raise NotFound(key=number)
    return found[0]


def _views(rows: list[Case]) -> list[OwnCase]:
    ids = [row.id for row in rows]
    pieces: dict[int, list[OwnPiece]] = defaultdict(list)
    parcels: dict[int, list[OwnParcel]] = defaultdict(list)
    refunds: dict[int, list[OwnRefund]] = defaultdict(list)
    evidence: dict[int, list[int]] = defaultdict(list)
    guidance: dict[int, list[OwnGuidance]] = defaultdict(list)
    exchanges = exchanges_of(ids) if ids else {}
    clocks = deadlines.next_clocks(SUBJECT, ids) if ids else {}
    held: Any = Piece.objects.filter(case_id__in=ids).select_related("item").order_by("line_id", "position")
    for one in held:
        item = one.item
        shown = OwnPiece(item.sku, item.name_zh, item.name_en, one.reception, one.acceptance, one.parcel_id is not None)
        pieces[one.case_id].append(shown)
    for parcel in Parcel.objects.filter(case_id__in=ids, cancelled_at=None).order_by("id"):
        parcels[parcel.case_id].append(
            OwnParcel(parcel.method, parcel.carrier, parcel.tracking_number, parcel.announced_at, parcel.delivered_at)
        )
    money = RefundDue.objects.filter(case_id__in=ids, amount_minor__gt=0, credit_order_id=None)
    for due in money.order_by("id"):
        refunds[due.case_id].append(OwnRefund(due.amount_minor, due.state, due.asked_at, due.ended_at))
    for case_id, file in Evidence.objects.filter(case_id__in=ids, shows="request").values_list(
        "case_id", "attachment_id"
    ):
        evidence[case_id].append(file)
    for offer in Guidance.objects.filter(case_id__in=ids).order_by("id"):
        guidance[offer.case_id].append(OwnGuidance(offer.id, offer.words, offer.link, offer.outcome))
    return [
        OwnCase(
            id=row.id,
            number=row.number,
            order_id=row.order_id,
            order_number=row.order_number,
            customer_id=row.customer_id,
            kind=row.kind,
            state=row.state,
            state_since=row.state_since,
            reason=row.reason.labels,
            reason_code=row.reason.code,
            words=row.words,
            freight_payer=row.freight_payer,
            currency=row.currency,
            quoted_minor=row.quoted_minor,
            refunded_minor=row.refunded_minor,
            return_by=row.return_by,
            requested_at=row.requested_at,
            decided_at=row.decided_at,
            refusal=row.refusal,
            closed_at=row.closed_at,
            answer_by=clock.due_at if (clock := clocks.get(row.id)) is not None else None,
            pieces=pieces[row.id],
            parcels=parcels[row.id],
            refunds=refunds[row.id],
            evidence=evidence[row.id],
            guidance=guidance[row.id],
            exchange=exchanges.get(row.id),
        )
        for row in rows
    ]

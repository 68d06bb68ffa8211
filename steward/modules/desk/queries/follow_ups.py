"""Asking afterwards: whom to call, what was answered, and the figures (DSK-9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from msgspec import Struct

from steward.kernel import errors
from steward.modules.desk.models import ComplaintCallBack, FollowUp, FollowUpPolicy
from steward.modules.desk.queries.names import MaskedCustomer, masked_customers, staff_names
from steward.modules.desk.rules.follow_ups import OPEN

QUEUES = ("to_call", "not_satisfied", "answered", "asked", "ended", "all")


class FollowUpRow(Struct, frozen=True, kw_only=True):
    """One question about one solution; the customer is masked."""

    id: int
    ticket_id: int
    ticket_number: str
    subject: str
    customer_id: int | None
    customer: MaskedCustomer | None
    staff_id: int | None
    staff: str
    channel: str
    state: str
    why: str
    solved_at: datetime
    asked_at: datetime
    next_try_at: datetime | None
    tries: int
    satisfied: bool | None
    score: int | None
    words: str
    answered_at: datetime | None
    changeable_until: datetime | None


class FollowUpFigures(Struct, frozen=True, kw_only=True):
    """What came of the solutions of some days that were to be asked about. Units: shares 0 to 1, None of nothing."""

    solved: int
    asked: int
    answered: int
    satisfied: int
    unreached: int
    asked_share: float | None
    answered_share: float | None
    satisfied_share: float | None
    by_channel: list[tuple[str, int, int, int]]


class FollowUpPolicyView(Struct, frozen=True):
    """Whom to ask, how and when. Units: hours after the solution, percent."""

    code: str
    rank: int
    category: str
    priority: str
    complaint: bool
    channel: str
    after_h: int
    sample_percent: int
    active: bool


class FollowUpPage(Struct, frozen=True):
    """Questions of a queue; go on with `after` (empty: nothing is left)."""

    rows: list[FollowUpRow]
    after: str


class CallDue(Struct, frozen=True):
    """A call about a complaint somebody planned."""

    number: str
    call_at: datetime


def follow_ups_page(
    *, queue: str = "all", staff_id: int | None = None, after: str = "", limit: int = 50
) -> FollowUpPage:
    """List questions, newest first; who is to be called by when it is their turn."""
    found = FollowUp.objects.filter(_of_queue(queue)).select_related("ticket")
    if staff_id is not None:
        found = found.filter(staff_id=staff_id)
    if (key := _key(after)) is not None:
        found = found.filter(_after(*key) if queue == "to_call" else Q(id__lt=key[1]))
    order = ("next_try_at", "id") if queue == "to_call" else ("-id",)
    rows = _rows(found.order_by(*order)[: limit + 1])
    return FollowUpPage(rows[:limit], _place(rows[limit - 1]) if len(rows) > limit else "")


def _place(row: FollowUpRow) -> str:
    """Name a row's place in its list: what comes after it is found though it may have left the list since."""
    return f"{row.next_try_at.isoformat() if row.next_try_at else ''}~{row.id}"


def _key(after: str) -> tuple[datetime | None, int] | None:
    """Read a place; what is none begins at the top."""
    at, tilde, id_ = after.partition("~")
    try:
        return (datetime.fromisoformat(at) if at else None, int(id_)) if tilde else None
    except ValueError:
        return None


def _after(at: datetime | None, id_: int) -> Q:
    return Q(next_try_at__gte=at) & (Q(next_try_at__gt=at) | Q(id__gt=id_)) if at else Q(id__gt=id_)


def _of_queue(queue: str) -> Q:
    match queue:
        case "to_call" | "asked" | "answered":
            return Q(state=queue)
        case "not_satisfied":
            return Q(state="answered", satisfied=False)
        case "ended":
            return Q(state__in=("unreached", "lapsed", "skipped"))
        case _:
            return Q()


def follow_up(follow_up_id: int) -> FollowUpRow:
    """Read one question. Raises: NotFound."""
    found = _rows(FollowUp.objects.filter(id=follow_up_id).select_related("ticket"))
    if not found:
        raise errors.NotFound(key=follow_up_id)
    return found[0]


def follow_ups_waiting(customer_ids: Collection[int], *, limit: int = 3) -> list[FollowUpRow]:
    """List what a person is asked about and has not answered, newest first, as each of the buyers they are."""
    asked = FollowUp.objects.filter(customer_id__in=customer_ids, state__in=OPEN, simulated=False)
    return _rows(asked.select_related("ticket").order_by("-asked_at", "-id")[:limit])


def calls_due(staff_id: int | None, *, now: datetime) -> int:
    """Count the customers this person is to call now, about complaints too, and whom nobody in particular calls."""
    mine = Q(staff_id=staff_id) | Q(staff_id=None)
    return FollowUp.objects.filter(mine, state="to_call", next_try_at__lte=now).count() + _due(staff_id, now).count()


def complaint_calls_due(staff_id: int | None, *, now: datetime, limit: int = 50) -> list[CallDue]:
    """List the calls about complaints this person is to make now, the oldest first."""
    return [CallDue(*row) for row in _due(staff_id, now).values_list("complaint__number", "call_at")[:limit]]


def _due(staff_id: int | None, now: datetime) -> QuerySet[ComplaintCallBack]:
    found = ComplaintCallBack.objects.filter(staff_id=staff_id or 0, result="", call_at__lte=now)
    return found.order_by("call_at", "id")


def follow_up_figures(*, since: datetime, until: datetime) -> FollowUpFigures:
    """Count what came of asking; drills left out. Source: DSK-9."""
    found = FollowUp.objects.filter(asked_at__gte=since, asked_at__lt=until, simulated=False)
    counted: dict[str, Any] = {
        "asked": Count("id", filter=~Q(state="skipped")),
        "answered": Count("id", filter=Q(state="answered")),
        "satisfied": Count("id", filter=Q(satisfied=True)),
    }
    sums = found.aggregate(solved=Count("id"), unreached=Count("id", filter=Q(state="unreached")), **counted)
    by_channel = found.exclude(state="skipped").values_list("channel").annotate(**counted).order_by("channel")
    return FollowUpFigures(
        **sums,
        asked_share=_share(sums["asked"], sums["solved"]),
        answered_share=_share(sums["answered"], sums["asked"]),
        satisfied_share=_share(sums["satisfied"], sums["answered"]),
        by_channel=list(by_channel),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def follow_up_policies() -> list[FollowUpPolicyView]:
    """List whom to ask, the first that fits first."""
    rows = FollowUpPolicy.objects.order_by("-active", "rank", "id")
    return [FollowUpPolicyView(*row) for row in rows.values_list(*FollowUpPolicyView.__struct_fields__)]


def _rows(found: Iterable[FollowUp]) -> list[FollowUpRow]:
    rows = list(found)
    customers = masked_customers({row.customer_id for row in rows if row.customer_id})
    names = staff_names({row.staff_id for row in rows})
    own = [name for name in FollowUpRow.__struct_fields__ if name in {field.name for field in FollowUp._meta.fields}]
    return [
        FollowUpRow(
            **{name: getattr(row, name) for name in own},
            ticket_id=row.ticket_id,
            ticket_number=row.ticket.number,
            subject=row.ticket.subject,
            customer=customers.get(row.customer_id or 0),
            staff=names.get(row.staff_id or 0, ""),
        )
        for row in rows
    ]

"""Asking afterwards: whom to call, what was answered, and the figures (DSK-9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from msgspec import Struct

from steward.kernel import errors
from steward.modules.desk.models import FollowUp, FollowUpPolicy
from steward.modules.desk.queries.names import MaskedCustomer, masked_customers, staff_names

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


def follow_ups_page(
    *, queue: str = "all", staff_id: int | None = None, before_id: int | None = None, limit: int = 50
) -> list[FollowUpRow]:
    """List questions, newest first; who is to be called by when it is their turn."""
    found = FollowUp.objects.filter(_of_queue(queue)).select_related("ticket")
    if staff_id is not None:
        found = found.filter(staff_id=staff_id)
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    order = ("next_try_at", "id") if queue == "to_call" else ("-id",)
    return _rows(found.order_by(*order)[:limit])


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


def calls_due(staff_id: int | None, *, now: datetime) -> int:
    """Count the customers this person is to call now, and those nobody in particular is to call."""
    mine = Q(staff_id=staff_id) | Q(staff_id=None)
    return FollowUp.objects.filter(mine, state="to_call", next_try_at__lte=now).count()


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

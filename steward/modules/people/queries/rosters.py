"""Duties, swaps and on-call over a stretch of time, as pages and programs see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import Q
from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.people.models import Duty, OnCallOverride, Swap
from steward.modules.people.rules import swaps as rules


class DutyView(Struct, frozen=True):
    """One person on one shift of one day."""

    id: int
    team_code: str
    team_name: str
    staff_id: int
    name: str
    shift_code: str
    shift_name: str
    tone: str
    on_date: date
    starts_at: datetime
    ends_at: datetime
    state: str
    source: str


class SwapView(Struct, frozen=True):
    """A wish to swap, with both duties."""

    id: int
    state: str
    asker_id: int
    asker: str
    colleague_id: int
    colleague: str
    duty: DutyView
    for_duty: DutyView | None
    note: str
    asked_at: datetime

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to answer or decide."""
        return self.state in rules.OPEN


class OverrideView(Struct, frozen=True):
    """Somebody takes a tier of on-call for a while."""

    id: int
    team_code: str
    tier: str
    staff_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    reason: str


DUTY = (
    "id", "team__code", "team__name", "staff_id", "staff__name", "shift__code", "shift__name", "shift__tone", "on_date",
    "starts_at", "ends_at", "state", "source",
)  # fmt: skip


def duties(
    *, start: datetime, end: datetime, team_code: str | None = None, staff_id: int | None = None, limit: int = 5_000
) -> list[DutyView]:
    """List planned duties that touch a stretch of time, by when they begin."""
    rows = Duty.objects.filter(state="planned", starts_at__lt=end, ends_at__gt=start)
    if team_code is not None:
        rows = rows.filter(team__code=team_code)
    if staff_id is not None:
        rows = rows.filter(staff_id=staff_id)
    return [DutyView(*row) for row in rows.order_by("starts_at", "id").values_list(*DUTY)[:limit]]


def team_duties(team_code: str, *, first: date, last: date) -> list[DutyView]:
    """List a team's planned duties of the local days between two, both included."""
    rows = Duty.objects.filter(state="planned", team__code=team_code, on_date__range=(first, last))
    return [DutyView(*row) for row in rows.order_by("starts_at", "staff__name", "id").values_list(*DUTY)]


def duties_by_id(ids: Collection[int]) -> dict[int, DutyView]:
    """Return duties by id, in whatever state."""
    return {row[0]: DutyView(*row) for row in Duty.objects.filter(id__in=ids).values_list(*DUTY)}


def swaps(*, staff_id: int | None = None, only_open: bool = True, limit: int = 100) -> list[SwapView]:
    """List swaps, newest first; with a person those they are part of."""
    rows = Swap.objects.select_related("asker", "colleague").order_by("-id")
    if staff_id is not None:
        rows = rows.filter(Q(asker_id=staff_id) | Q(colleague_id=staff_id))
    if only_open:
        rows = rows.filter(state__in=rules.OPEN)
    return _swaps(list(rows[:limit]))


def swap(swap_id: int) -> SwapView:
    """Return one swap. Raises: NotFound."""
    found = _swaps(list(Swap.objects.select_related("asker", "colleague").filter(id=swap_id)))
    if not found:
        raise NotFound(key=swap_id)
    return found[0]


def _swaps(found: Sequence[Swap]) -> list[SwapView]:
    known = duties_by_id({id_ for row in found for id_ in (row.duty_id, row.for_duty_id) if id_ is not None})
    return [
        SwapView(
            id=row.id,
            state=row.state,
            asker_id=row.asker_id,
            asker=row.asker.name,
            colleague_id=row.colleague_id,
            colleague=row.colleague.name,
            duty=known[row.duty_id],
            for_duty=known[row.for_duty_id] if row.for_duty_id else None,
            note=row.note,
            asked_at=row.asked_at,
        )
        for row in found
    ]


def overrides(*, now: datetime) -> list[OverrideView]:
    """List the overrides of on-call that count now or will."""
    rows = OnCallOverride.objects.filter(cancelled_at=None, ends_at__gt=now).order_by("starts_at", "id")
    fields = ("id", "rotation__team__code", "tier", "staff_id", "staff__name", "starts_at", "ends_at", "reason")
    return [OverrideView(*row) for row in rows.values_list(*fields)]

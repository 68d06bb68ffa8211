"""Leave as pages and programs see it, and what waits for a decision."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.people.models import Duty, Leave, Swap


class LeaveView(Struct, frozen=True):
    """One leave."""

    id: int
    staff_id: int
    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    note: str
    delegate_id: int | None
    delegate: str | None
    state: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str


FIELDS = (
    "id", "staff_id", "staff__name", "kind", "starts_at", "ends_at", "note", "delegate_id", "delegate__name", "state",
    "asked_by", "asked_at", "decided_by__name", "decided_at", "decision_note",
)  # fmt: skip


def leaves(
    *,
    staff_id: int | None = None,
    states: tuple[str, ...] = (),
    ends_after: datetime | None = None,
    starts_before: datetime | None = None,
    limit: int = 200,
) -> list[LeaveView]:
    """List leave: what waits first, then by when it begins."""
    rows = Leave.objects.all()
    if staff_id is not None:
        rows = rows.filter(staff_id=staff_id)
    if states:
        rows = rows.filter(state__in=states)
    if ends_after is not None:
        rows = rows.filter(ends_at__gt=ends_after)
    if starts_before is not None:
        rows = rows.filter(starts_at__lt=starts_before)
    in_order = rows.order_by(F("decided_at").asc(nulls_first=True), "starts_at", "id")
    return [LeaveView(*row) for row in in_order.values_list(*FIELDS)[:limit]]


def leave(leave_id: int) -> LeaveView:
    """Return one leave. Raises: NotFound."""
    row = Leave.objects.filter(id=leave_id).values_list(*FIELDS).first()
    if row is None:
        raise NotFound(key=leave_id)
    return LeaveView(*row)


def duties_inside(leave_ids: list[int]) -> dict[int, int]:
    """Count the planned duties each of these leaves would cancel."""
    found = {}
    for id_, staff_id, start, end in Leave.objects.filter(id__in=leave_ids).values_list(
        "id", "staff_id", "starts_at", "ends_at"
    ):
        duties = Duty.objects.filter(staff_id=staff_id, state="planned", starts_at__lt=end, ends_at__gt=start)
        found[id_] = duties.count()
    return found


def waiting_decisions() -> int:
    """Count leave and swaps that wait for a manager."""
    return Leave.objects.filter(state="requested").count() + Swap.objects.filter(state="consented").count()

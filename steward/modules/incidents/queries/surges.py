"""Read plans, surges and what they changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec import Struct

from steward.kernel import errors
from steward.modules.incidents.models import Surge, SurgeChange, SurgePlan
from steward.modules.incidents.queries.loads import SOURCES
from steward.modules.incidents.rules import surges as rules
from steward.modules.orders.queries.names import order_names
from steward.modules.people import queries as people

WHY: dict[str, Any] = {
    "waiting": gettext_lazy("as many wait as the plan allows"),
    "arriving": gettext_lazy("more come in an hour than the plan allows"),
    "drain": gettext_lazy("it would take longer to empty than the plan allows"),
    "hand": gettext_lazy("switched on by hand"),
}
LEFT: dict[str, Any] = {
    "changed_since": gettext_lazy("left as it is: somebody has changed it since"),
    "done_meanwhile": gettext_lazy("done meanwhile"),
}
KINDS: dict[str, Any] = {
    "raise_limits": pgettext_lazy("surge", "Automatic approvals up to a higher total"),
    "call_in": pgettext_lazy("surge", "People called in"),
    "postpone_low": pgettext_lazy("surge", "Low priority postponed"),
}


class PlanView(Struct, frozen=True):
    """A plan in force."""

    id: int
    code: str
    version: int
    name: str
    queue: str
    by_rule: bool
    trigger: rules.Trigger
    actions: tuple[rules.Action, ...]
    set_at: datetime
    set_by: str

    @property
    def queue_label(self) -> Any:
        """Name the queue in the reader's language."""
        return SOURCES[self.queue].label

    def action(self, kind: str) -> Any:
        """Return what the plan does of a kind, or None."""
        return next((one for one in self.actions if one.__struct_config__.tag == kind), None)


class ChangeView(Struct, frozen=True):
    """One thing a surge changed. `subject` is what people call it."""

    kind: str
    subject_id: int | None
    subject: str
    before: Any
    after: Any
    done_at: datetime
    undone_at: datetime | None
    left: str

    @property
    def left_label(self) -> str:
        """Say why it was left, in the reader's language."""
        return str(LEFT[self.left]) if self.left else ""


class SurgeView(Struct, frozen=True):
    """One time of surge. `changes` counts by kind; `undone` how many of them were undone."""

    id: int
    queue: str
    plan_name: str
    plan_code: str
    state: str
    why: str
    reason: str
    figures: Any
    most_waiting: int
    started_at: datetime
    started_by: str
    calm_since: datetime | None
    ended_at: datetime | None
    ended_by: str
    end_reason: str
    changes: int
    undone: int

    @property
    def queue_label(self) -> Any:
        """Name the queue in the reader's language."""
        return SOURCES[self.queue].label

    @property
    def why_label(self) -> Any:
        """Say why it began, in the reader's language."""
        return WHY[self.why]


def plans(queue: str = "") -> list[PlanView]:
    """List the plans in force by code."""
    rows = SurgePlan.objects.filter(active=True, **({"queue": queue} if queue else {}))
    return [_plan(row) for row in rows.order_by("code")]


def plan(code: str) -> PlanView:
    """Return the plan in force under a code. Raises: NotFound."""
    row = SurgePlan.objects.filter(code=code, active=True).first()
    if row is None:
        raise errors.NotFound(key=code)
    return _plan(row)


def _plan(row: SurgePlan) -> PlanView:
    trigger, actions = rules.parse_trigger(row.trigger), rules.parse_actions(row.actions)
    return PlanView(
        row.id, row.code, row.version, row.name, row.queue, row.by_rule, trigger, actions, row.set_at, row.set_by
    )


def active_surges() -> list[SurgeView]:
    """List what is on now, by queue."""
    return [_surge(row) for row in _counted().filter(state="active").order_by("queue")]


def surge_page(*, before: int | None = None, limit: int = 30) -> list[SurgeView]:
    """List surges, newest first."""
    rows = _counted().order_by("-id")
    return [_surge(row) for row in (rows.filter(id__lt=before) if before else rows)[:limit]]


def surge(surge_id: int) -> SurgeView:
    """Return one surge. Raises: NotFound."""
    row = _counted().filter(id=surge_id).first()
    if row is None:
        raise errors.NotFound(key=surge_id)
    return _surge(row)


def _counted() -> QuerySet[Surge]:
    undone = Count("changes", filter=Q(changes__undone_at__isnull=False))
    return Surge.objects.select_related("plan").annotate(changed=Count("changes"), undone=undone)


def _surge(row: Any) -> SurgeView:
    return SurgeView(
        row.id,
        row.queue,
        row.plan.name,
        row.plan.code,
        row.state,
        row.why,
        row.reason,
        row.figures,
        row.most_waiting,
        row.started_at,
        row.started_by,
        row.calm_since,
        row.ended_at,
        row.ended_by,
        row.end_reason,
        row.changed,
        row.undone,
    )


def changes_of(surge_id: int, *, limit: int = 200) -> list[ChangeView]:
    """List what a surge changed, in order."""
    rows = list(SurgeChange.objects.filter(surge_id=surge_id).order_by("id")[:limit])
    numbers = order_names([row.subject_id for row in rows if row.kind == "postpone_low" and row.subject_id])
    called = people.staff_contact([row.subject_id for row in rows if row.kind == "call_in" and row.subject_id])
    names = {staff_id: one.name for staff_id, one in called.items()}
    return [
        ChangeView(
            row.kind,
            row.subject_id,
            _subject(row, numbers, names),
            row.before,
            row.after,
            row.done_at,
            row.undone_at,
            row.left,
        )
        for row in rows
    ]


def _subject(row: SurgeChange, numbers: dict[int, str], names: dict[int, str]) -> str:
    if row.kind == "raise_limits":
        return _("Limit of automatic approval")
    known = numbers if row.kind == "postpone_low" else names
    return known.get(row.subject_id or 0, str(row.subject_id or ""))

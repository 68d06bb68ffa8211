"""Shift templates, and who is on which shift when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands import guards
from steward.modules.people.commands.teams import CODE
from steward.modules.people.events import DutiesCancelled, DutiesPlanned, ShiftChanged
from steward.modules.people.models import Duty, Leave, Shift, Swap, Team
from steward.modules.people.rules import rosters, staffing, swaps
from steward.modules.people.rules.calendars import Span

Source = Literal["manual", "rotation", "import", "api"]
Outcome = Literal["planned", "exists", "overlaps", "on_leave", "unknown_person", "unknown_shift"]


class ShiftDraft(Struct, frozen=True, kw_only=True):
    """A shift template. Units: minutes of the team's local day; an end not after the start is on the next day."""

    name: str
    start_min: int
    end_min: int
    tone: str = "blue"
    is_active: bool = True


class DutyDraft(Struct, frozen=True):
    """Somebody to be put on a shift of a day."""

    staff_id: int
    shift_code: str
    on_date: date


class Planned(Struct, frozen=True):
    """What became of a draft: planned, there already, or why not."""

    draft: DutyDraft
    outcome: Outcome
    duty_id: int | None = None


@command(needs="people.roster")
def save_shift(actor: Actor, *, team_code: str, code: str, draft: ShiftDraft) -> int:
    """Make a shift template of a team, or change it; duties that stand already keep their times.

    Returns its id. Raises: NotFound, BadInput. Emits: ShiftChanged.
    """
    team = guards.team_called(team_code)
    in_day = 0 <= draft.start_min < staffing.DAY_MIN and 0 <= draft.end_min <= staffing.DAY_MIN
    checks = (
        ("code", CODE.fullmatch(code), _("Small letters, digits, - and _ only, 40 at most.")),
        ("name", draft.name.strip() and len(draft.name) <= 40, _("Give a name of at most 40 characters.")),
        ("start", in_day, _("Give times of the day, e.g. 08:00 and 16:00.")),
        ("tone", draft.tone in staffing.SHIFT_TONES, _("There is no such colour.")),
    )
    if findings := [
        {"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits
    ]:
        raise errors.BadInput(findings)
    facts = {
        "name": draft.name.strip(),
        "start_min": draft.start_min,
        "end_min": draft.end_min,
        "tone": draft.tone,
        "is_active": draft.is_active,
    }
    shift, _is_new = Shift.objects.update_or_create(team=team, code=code, defaults=facts)
    changed = ShiftChanged(
        shift_id=shift.id,
        team_id=team.id,
        code=code,
        start_min=draft.start_min,
        end_min=draft.end_min,
        is_active=draft.is_active,
    )
    events.record(actor, [changed])
    return shift.id


@command(needs="people.roster")
def plan_duties(
    actor: Actor, *, team_code: str, drafts: Sequence[DutyDraft], source: Source = "manual"
) -> list[Planned]:
    """Put people on shifts. What cannot be is an answer with its reason, and the rest goes in.

    Nobody is on duty twice at once, in whatever teams, nor while on approved leave.
    Returns one answer per draft, in order. Locks: the people, in id order. Raises: NotFound. Emits: DutiesPlanned.
    """
    team = guards.team_called(team_code)
    active = guards.lock_staff(draft.staff_id for draft in drafts)
    shifts = {shift.code: shift for shift in Shift.objects.filter(team=team, is_active=True)}
    spans = [_span(draft, shifts, team) for draft in drafts]
    taken = _Taken(active, [span for span in spans if span is not None])
    answers: list[Planned] = []
    rows: list[Duty] = []
    for draft, span in zip(drafts, spans, strict=True):
        outcome = _outcome(draft, span, active, shifts, taken)
        answers.append(Planned(draft, outcome))
        if outcome == "planned" and span is not None:
            taken.add(draft, span, shifts[draft.shift_code].id)
            rows.append(_duty(actor, team, draft, shifts[draft.shift_code], span, source))
    Duty.objects.bulk_create(rows)
    _announce_planned(actor, team, rows, source)
    ids = iter(row.id for row in rows)
    return [Planned(each.draft, each.outcome, next(ids)) if each.outcome == "planned" else each for each in answers]


def _span(draft: DutyDraft, shifts: dict[str, Shift], team: Team) -> Span | None:
    shift = shifts.get(draft.shift_code)
    if shift is None:
        return None
    return rosters.shift_span(draft.on_date, start_min=shift.start_min, end_min=shift.end_min, zone=team.time_zone)


class _Taken:
    """The time that people have given away already: duties and leave around what is to be planned."""

    def __init__(self, staff_ids: Collection[int], spans: Sequence[Span]) -> None:
        self.duties: dict[int, list[tuple[Span, int, date]]] = defaultdict(list)
        self.leave: dict[int, list[Span]] = defaultdict(list)
        if not spans:
            return
        first, last = min(span.starts_at for span in spans), max(span.ends_at for span in spans)
        near = {"staff_id__in": list(staff_ids), "starts_at__lt": last, "ends_at__gt": first}
        fields = ("staff_id", "starts_at", "ends_at", "shift_id", "on_date")
        for staff_id, start, end, shift_id, on in Duty.objects.filter(state="planned", **near).values_list(*fields):
            self.duties[staff_id].append((Span(start, end), shift_id, on))
        for staff_id, start, end in Leave.objects.filter(state="approved", **near).values_list(*fields[:3]):
            self.leave[staff_id].append(Span(start, end))

    def add(self, draft: DutyDraft, span: Span, shift_id: int) -> None:
        self.duties[draft.staff_id].append((span, shift_id, draft.on_date))


def _outcome(
    draft: DutyDraft, span: Span | None, active: Collection[int], shifts: dict[str, Shift], taken: _Taken
) -> Outcome:
    if draft.staff_id not in active:
        return "unknown_person"
    if span is None:
        return "unknown_shift"
    same = shifts[draft.shift_code].id, draft.on_date
    for there, shift_id, on in taken.duties[draft.staff_id]:
        if (shift_id, on) == same:
            return "exists"
        if rosters.overlaps(there, span):
            return "overlaps"
    return "on_leave" if any(rosters.overlaps(away, span) for away in taken.leave[draft.staff_id]) else "planned"


def _duty(actor: Actor, team: Team, draft: DutyDraft, shift: Shift, span: Span, source: Source) -> Duty:
    return Duty(
        team=team,
        staff_id=draft.staff_id,
        shift=shift,
        on_date=draft.on_date,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        source=source,
        planned_by=actor.id,
    )


def _announce_planned(actor: Actor, team: Team, rows: Sequence[Duty], source: Source) -> None:
    if rows:
        planned = DutiesPlanned(
            team_id=team.id,
            duty_ids=[row.id for row in rows],
            staff_ids=sorted({row.staff_id for row in rows}),
            first_date=min(row.on_date for row in rows),
            last_date=max(row.on_date for row in rows),
            source=source,
        )
        events.record(actor, [planned])


@command(needs="people.roster")
def cancel_duties(actor: Actor, *, duty_ids: Collection[int], reason: str, now: datetime) -> int:
    """Take people off duties that have not ended; swaps that wait for one end with it.

    Returns how many. Locks: the people, in id order. Emits: DutiesCancelled per team.
    """
    return take_off(actor, Duty.objects.filter(id__in=list(duty_ids)), reason=reason, now=now)


def take_off(actor: Actor, duties: QuerySet[Duty], *, reason: str, now: datetime) -> int:
    """Cancel those of some duties that have not ended; a step of the caller's command. Emits: DutiesCancelled."""
    found = duties.filter(state="planned", ends_at__gt=now)
    guards.lock_staff(found.values_list("staff_id", flat=True))
    rows = list(found.order_by("id").values_list("id", "team_id", "staff_id"))
    ids = [row[0] for row in rows]
    Duty.objects.filter(id__in=ids, state="planned").update(state="cancelled")
    withdraw_swaps(ids)
    announce_cancelled(actor, rows, reason)
    return len(rows)


def withdraw_swaps(duty_ids: Collection[int]) -> None:
    """End the open swaps that one of these duties was to be given in."""
    open_swaps = Swap.objects.filter(state__in=swaps.OPEN)
    open_swaps.filter(duty_id__in=duty_ids).update(state="withdrawn")
    open_swaps.filter(for_duty_id__in=duty_ids).update(state="withdrawn")


def announce_cancelled(actor: Actor, rows: Iterable[tuple[int, int, int]], reason: str) -> None:
    """Record duties taken away, (id, team, person) each, one event per team. Emits: DutiesCancelled."""
    by_team: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for duty_id, team_id, staff_id in rows:
        by_team[team_id].append((duty_id, staff_id))
    told: list[events.Event] = [
        DutiesCancelled(
            team_id=team_id,
            duty_ids=[duty_id for duty_id, _staff in duties],
            staff_ids=sorted({staff_id for _duty, staff_id in duties}),
            reason=reason,
        )
        for team_id, duties in sorted(by_team.items())
    ]
    events.record(actor, told)

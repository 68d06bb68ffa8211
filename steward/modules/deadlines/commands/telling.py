"""Tell people what a clock reached: who owns the subject, who is on duty in the role, the manager, who is on call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel import ports
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.events import ClockBreached, ClockEscalated, ClockWarned
from steward.modules.deadlines.models import Clock
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.queries.words import clock_words
from steward.modules.messaging.commands import notify_staff
from steward.modules.messaging.rules.outgoing import Notice
from steward.modules.people import queries as people
from steward.modules.people.events import HolidaysMissed

Reached = ClockWarned | ClockBreached | ClockEscalated
CUSTOMER = "customer"
TAKERS = "deadlines.takers."
TEMPLATES: dict[type, str] = {
    ClockWarned: "clock_warned",
    ClockBreached: "clock_breached",
    ClockEscalated: "clock_escalated",
}


@command(needs="deadlines.sweep")
def tell_people(actor: Actor, *, reached: Sequence[Reached], now: datetime) -> int:
    """Send each person concerned one notice per step; a warning that came too late for its due time is left out.

    A clock that ended meanwhile needs nobody any more. Returns how many notices went out.
    """
    wanted = [one for one in reached if not (isinstance(one, ClockWarned) and one.due_at < now)]
    open_ids = set(
        Clock.objects.filter(id__in=[one.clock_id for one in wanted], stopped_at=None).values_list("id", flat=True)
    )
    wanted = [one for one in wanted if one.clock_id in open_ids]
    names = _names(wanted)
    staff = {key: recipients(one, now) for key, one in {_asking(one): one for one in wanted}.items()}
    notices = [
        Notice(
            staff_ids=staff[_asking(one)],
            kind="clock",
            template=TEMPLATES[type(one)],
            params={
                "subject": names.get((one.about_kind, one.about_id), str(one.about_id)),
                "clock": clock_words(one.clock_kind),
                "due_at": _due(one).isoformat(),
            },
            subject_kind=one.about_kind,
            subject_id=one.about_id,
            dedupe_key=_key(one),
            urgent=not isinstance(one, ClockWarned),
            simulated=one.simulated,
        )
        for one in wanted
        if staff[_asking(one)]
    ]
    return len(notify_staff(actor, notices=notices, now=now))


def tell_handover(
    actor: Actor, step: ClockEscalated, *, before_id: int | None, after_id: int | None, now: datetime
) -> None:
    """Tell who takes a subject over and who had it; where nobody takes it over, whoever answers for the role.

    A step of the caller's command; each is told once per step.
    """
    names = people.staff_contact({id_ for id_ in (before_id, after_id) if id_})
    said = {id_: contact.name for id_, contact in names.items()}
    told: list[tuple[list[int], str, str]]
    if after_id is None:
        told = [(_answering(step, before_id, now), "clock_left_over", said.get(before_id or 0, ""))]
    else:
        told = [([after_id], "clock_taken_over", said.get(before_id or 0, ""))]
        told += [([before_id], "clock_handed_on", said.get(after_id, ""))] if before_id else []
    subject = _names([step]).get((step.about_kind, step.about_id), str(step.about_id))
    notices = [
        Notice(
            staff_ids=staff_ids,
            kind="clock",
            template=template,
            params={
                "subject": subject,
                "clock": clock_words(step.clock_kind),
                "due_at": step.due_at.isoformat(),
                "colleague": colleague or "–",
            },
            subject_kind=step.about_kind,
            subject_id=step.about_id,
            dedupe_key=f"clock-{step.clock_id}-{template}-{step.number}-{step.due_at:%Y%m%dT%H%M%S}",
            urgent=True,
            simulated=step.simulated,
        )
        for staff_ids, template, colleague in told
        if staff_ids
    ]
    notify_staff(actor, notices=notices, now=now)


def _answering(step: ClockEscalated, owner_id: int | None, now: datetime) -> list[int]:
    """Find who has to see to what nobody takes over: the owner's manager, who the ladder calls in, else the role."""
    manager = deputy_of(people.manager_of(owner_id) if owner_id else None, now)
    if manager:
        return [manager]
    row = Clock.objects.filter(id=step.clock_id).values_list("policy_id", flat=True).first()
    ladder = policies.versions([row])[row].ladder if row else ()
    for rung in ladder:
        if rung.verb == "on_call" and (called := _on_call(step, rung.whom, now)):
            return called
        if rung.verb == "manager" and (found := _in_role(rung.whom or step.role, now)):
            return found
    return _in_role(step.whom or step.role, now)


@command(needs="deadlines.sweep")
def tell_of_missing_holidays(actor: Actor, *, missing: Sequence[HolidaysMissed], now: datetime) -> int:
    """Tell those who keep calendars that limits would run on days off. Returns how many notices went out."""
    notices = [
        Notice(
            staff_ids=people.staff_with_permission("people.calendars"),
            kind="system",
            template="holidays_missing",
            params={"subject": one.name, "year": one.year},
            subject_kind="calendar",
            subject_id=one.calendar_id,
            dedupe_key=f"holidays-{one.code}-{one.year}-{now:%Y%m%d}",
        )
        for one in missing
    ]
    return len(notify_staff(actor, notices=notices, now=now))


def not_moved_above(events: Sequence[ClockEscalated]) -> list[ClockEscalated]:
    """Leave out the steps “reassign” of subjects whose module gives them to somebody else, and tells of it."""
    return [one for one in events if one.verb != "reassign" or not _is_served(TAKERS + one.about_kind)]


def _is_served(port: str) -> bool:
    try:
        ports.bound(port)
    except ports.UnboundPort:
        return False
    return True


def without_ladder(events: Sequence[ClockBreached]) -> list[ClockBreached]:
    """Keep the breaches for which no step of a ladder tells anybody, and which concern staff at all."""
    rows = Clock.objects.filter(id__in=[one.clock_id for one in events]).values_list("id", "policy_id")
    known = dict(rows)
    lines = policies.versions(known.values())
    return [
        one
        for one in events
        if one.clock_id in known and not lines[known[one.clock_id]].ladder and one.role != CUSTOMER
    ]


def _asking(one: Reached) -> tuple[str, str, int | None, str]:
    """Name all that decides who is told: a thousand clocks of one role ask once."""
    verb, whom = (one.verb, one.whom) if isinstance(one, ClockEscalated) else ("notify", "")
    return verb, whom, one.owner_id, one.role


def recipients(one: Reached, now: datetime) -> list[int]:
    """Find who is told: the owner, or whoever is on duty in the role; by the ladder the manager or who is on call.

    Where nobody of a role is on duty everybody in it is told: nobody's clock never exists.
    """
    verb, whom, _owner, _role = _asking(one)
    if verb == "on_call" and (called := _on_call(one, whom, now)):
        return called
    if verb in ("manager", "on_call"):
        manager = deputy_of(people.manager_of(one.owner_id) if one.owner_id else None, now)
        return [manager] if manager else _in_role(whom if verb == "manager" else one.role, now)
    owner = [one.owner_id] if one.owner_id and verb == "notify" else []
    away = people.stand_ins(owner, at=now)
    told = [stand_in for id_ in owner if (stand_in := away.get(id_, id_)) is not None]
    return told if told and not whom else sorted({*told, *_in_role(whom or one.role, now)})


def deputy_of(staff_id: int | None, now: datetime) -> int | None:
    """Name who acts for somebody: themselves, on leave their stand-in."""
    return people.stand_ins([staff_id], at=now).get(staff_id, staff_id) if staff_id else None


def _on_call(one: Reached, team: str, now: datetime) -> list[int]:
    """Find who is on call for the team named, else for the owner's."""
    if not team and one.owner_id:
        team = people.team_of([one.owner_id]).get(one.owner_id, "")
    turn = people.on_call(team, at=now) if team else None
    return [turn.primary_id] if turn and turn.primary_id else []


def _in_role(role: str, now: datetime) -> list[int]:
    """List who holds a role and is on duty, else everybody who holds it."""
    holders = people.staff_with_role(role)
    on_duty = {duty.staff_id for duty in people.staff_on_duty(at=now)}
    return [id_ for id_ in holders if id_ in on_duty] or holders


def _names(wanted: Sequence[Reached]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for kind in {one.about_kind for one in wanted}:
        ids = sorted({one.about_id for one in wanted if one.about_kind == kind})
        try:
            names = ports.bound(f"deadlines.names.{kind}")(ids)
        except ports.UnboundPort:
            names = {id_: f"{kind} {id_}" for id_ in ids}
        found |= {(kind, id_): name for id_, name in names.items()}
    return found


def _due(one: Reached) -> datetime:
    return one.breached_at if isinstance(one, ClockBreached) else one.due_at


def _key(one: Reached) -> str:
    step = "" if isinstance(one, ClockBreached) else f"-{one.number}"
    return f"clock-{one.clock_id}-{TEMPLATES[type(one)]}{step}-{_due(one):%Y%m%dT%H%M%S}"

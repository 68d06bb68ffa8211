"""Tell people what a clock reached: who owns the subject, who is on duty in the role, the manager, who is on call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from steward.kernel import ports
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands.superiors import Superiors
from steward.modules.deadlines.events import ClockBreached, ClockEscalated, ClockWarned
from steward.modules.deadlines.models import Clock
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.queries.words import clock_words
from steward.modules.deadlines.rules import Rung
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


class Moved(NamedTuple):
    """A step that took a subject from one person and gave it to another (None: nobody)."""

    step: ClockEscalated
    before_id: int | None
    after_id: int | None


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


def tell_handovers(actor: Actor, *, moved: Sequence[Moved], superiors: Superiors, now: datetime) -> None:
    """Tell who takes subjects over and who had them; where nobody takes one over, whoever answers for the role.

    A step of the caller's command; each is told once per step. `superiors` knows everybody concerned.
    """
    staff = people.staff_contact({id_ for one in moved for id_ in (one.before_id, one.after_id) if id_})
    names = _names([one.step for one in moved])
    left_over = _ladders([one.step for one in moved if one.after_id is None])
    notices: list[Notice] = []
    for one in moved:
        before, after = ((staff[id_].name if id_ in staff else "") for id_ in (one.before_id or 0, one.after_id or 0))
        if one.after_id is None:
            answering = _answering(one, left_over.get(one.step.clock_id, ()), superiors)
            told = [(answering, "clock_left_over", before)]
        else:
            told = [([one.after_id], "clock_taken_over", before)]
            told += [([one.before_id], "clock_handed_on", after)] if one.before_id else []
        subject = names.get((one.step.about_kind, one.step.about_id), str(one.step.about_id))
        notices += [_handover_notice(one.step, template, ids, subject, name) for ids, template, name in told if ids]
    notify_staff(actor, notices=notices, now=now)


def _handover_notice(step: ClockEscalated, template: str, staff_ids: list[int], subject: str, colleague: str) -> Notice:
    return Notice(
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


def _ladders(steps: Sequence[ClockEscalated]) -> dict[int, Sequence[Rung]]:
    """Find the ladder of each clock."""
    if not steps:
        return {}
    rows = dict(Clock.objects.filter(id__in=[step.clock_id for step in steps]).values_list("id", "policy_id"))
    lines = policies.versions(rows.values())
    return {clock_id: lines[policy_id].ladder for clock_id, policy_id in rows.items()}


def _answering(one: Moved, ladder: Sequence[Rung], superiors: Superiors) -> list[int]:
    """Find who has to see to what nobody takes over: the owner's manager, who the ladder calls in, else the role."""
    if manager := superiors.manager_of(one.before_id):
        return [manager]
    for rung in ladder:
        if rung.verb == "on_call" and (called := superiors.on_call_for(one.step.owner_id, team=rung.whom)):
            return [called]
        if rung.verb == "manager" and (found := superiors.in_role(rung.whom or one.step.role)):
            return found
    return superiors.in_role(one.step.whom or one.step.role)


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

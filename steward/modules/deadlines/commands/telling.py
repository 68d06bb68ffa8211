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

Reached = ClockWarned | ClockBreached | ClockEscalated
CUSTOMER = "customer"
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
        manager = people.manager_of(one.owner_id) if one.owner_id else None
        return [manager] if manager else _in_role(whom if verb == "manager" else one.role, now)
    owner = [one.owner_id] if one.owner_id and verb == "notify" else []
    away = people.stand_ins(owner, at=now)
    told = [stand_in for id_ in owner if (stand_in := away.get(id_, id_)) is not None]
    return told if told and not whom else sorted({*told, *_in_role(whom or one.role, now)})


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

"""Give tickets nobody has to who can take them, a batch in one statement; what nobody can take queues with a clock.

Source: DSK-6.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, parameters, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.moving import move
from steward.modules.desk.commands.owning import NEEDS, NoteNeeded, own
from steward.modules.desk.commands.telling import tell_first_owners
from steward.modules.desk.models import Assignment, Ticket
from steward.modules.desk.queries import routing as queries
from steward.modules.desk.rules import routing, tickets
from steward.modules.desk.rules.routing import Choice, Person, Wish

PACKAGE = "steward.modules.desk"
LOCK_CLASS = 20_806
BATCH = 100
PATIENCE_S = parameters.define(
    "desk.routing_patience_s",
    5,
    unit="s",
    label=_("How long a new ticket waits to be sorted before it is given to somebody"),
    minimum=0,
    maximum=600,
)
REMEMBER_DAYS = parameters.define(
    "desk.remember_agent_days",
    30,
    unit="d",
    label=_("How long a customer goes to who worked for them last, where they have room"),
    minimum=0,
    maximum=365,
)
FALLBACK_TEAM = parameters.define(
    "desk.fallback_team", "", unit="", kind="text", label=_("Team whose queue takes what nobody can take (its code)")
)
Place = tuple[datetime, int]


class Routed(NamedTuple):
    """What came of a batch; `after` is its last place, None where it was the last batch."""

    given: int
    queued: int
    after: Place | None


@command(needs="desk.take_in")
def route_waiting(actor: Actor, *, now: datetime, after: Place | None = None, limit: int = BATCH) -> Routed:
    """Give out tickets that nobody has, those due next first; what another worker looks at is left to it.

    Emits: TicketOwned, TicketMoved. Locks: routing (advisory), tickets by their due time without waiting, their clocks.
    """
    lock_routing()
    fresh = now - timedelta(seconds=parameters.value(PATIENCE_S))
    rows = Ticket.objects.filter(state__in=tickets.ACTIVE, owner_id=None)
    rows = rows.filter(~Q(sorted_by="") | ~Q(category="") | Q(opened_at__lte=fresh))
    if after is not None:
        rows = rows.filter(Q(due_order__gt=after[0]) | Q(due_order=after[0], id__gt=after[1]))
    found = list(rows.select_for_update(skip_locked=True).order_by("due_order", "id")[:limit])
    given, queued = route(actor, found, now)
    return Routed(given, queued, (found[-1].due_order, found[-1].id) if len(found) == limit else None)


@command(needs="desk.take_in")
def route_again(actor: Actor, *, ticket_ids: Collection[int], now: datetime) -> int:
    """Give tickets that came back to life to somebody who is there, where their owner is not. Returns how many moved.

    The first owner stays first owner, and hears of it. Emits: TicketOwned.
    Locks: routing (advisory), tickets by id, their clocks.
    """
    lock_routing()
    rows = [row for row in lock_tickets(ticket_ids).values() if row.state in tickets.ACTIVE and row.owner_id]
    gone = {person.staff_id for person in queries.crew(queries.setup(), at=now) if person.standing}
    moved = sum(route(actor, [row for row in rows if row.owner_id in gone], now))
    tell_first_owners(actor, rows, now)
    return moved


@command(needs=NEEDS)
def return_tickets(actor: Actor, *, ticket_ids: Collection[int], note: str, now: datetime) -> int:
    """Give tickets of one's own back to whoever can take them, with a note. Returns how many.

    Somebody else's takes the right to manage. Raises: NotFound, NoteNeeded, NotPermitted. Emits: TicketOwned.
    Locks: routing (advisory), tickets by id, their clocks.
    """
    if not note.strip():
        raise NoteNeeded
    lock_routing()
    rows = [row for row in lock_tickets(ticket_ids).values() if row.owner_id is not None]
    if any(row.owner_id != actor.staff_id for row in rows):
        actor.require("tickets.manage")
    befores = {row.id: row.owner_id for row in rows}
    Assignment.objects.bulk_create(
        Assignment(ticket=row, before_id=row.owner_id, how="returned", at=now) for row in rows
    )
    own(actor, dict.fromkeys(rows), "returned", now, note=note)
    route(actor, rows, now, avoid={id_: owner for id_, owner in befores.items() if owner is not None})
    ticket_clocks.keep_due(befores)
    return len(rows)


def lock_routing() -> None:
    """Let one batch at a time be given out, so that nobody gets more than fits. Locks: routing (advisory)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_CLASS])


def route(
    actor: Actor,
    rows: Sequence[Ticket],
    now: datetime,
    *,
    avoid: Mapping[int, int] | None = None,
    note: str = "",
    first: Mapping[int, int] | None = None,
) -> tuple[int, int]:
    """Give locked tickets to who can take them; nobody has the others any more, and their clock runs. A step.

    `first` are people to be asked before all others, such as a stand-in. Returns how many were given, and how many
    wait. Emits: TicketOwned, TicketMoved.
    """
    if not rows:
        return 0, 0
    setup = queries.setup()
    crew = queries.crew(setup, at=now)
    since = now - timedelta(days=parameters.value(REMEMBER_DAYS))
    avoided = {row.id: row.owner_id for row in rows if row.owner_id is not None} | dict(avoid or _returned(rows))
    wishes = queries.wishes_of(rows, setup, crew, since=since, avoid=avoided)
    wishes = [_asked_first(wish, (first or {}).get(wish.ticket_id)) for wish in wishes]
    choices = {one.ticket_id: one for one in assign(wishes, crew, at=queries.micros(now))}
    befores = {row.id: row.owner_id for row in rows}
    given = [row for row in rows if choices[row.id].staff_id is not None]
    left = [row for row in rows if choices[row.id].staff_id is None]
    own(actor, {row: choices[row.id].staff_id for row in given}, "routed", now, note=note)
    move(actor, [row for row in given if row.state == "new"], "take", now)
    own(actor, {row: None for row in left if row.owner_id is not None}, "returned", now, note=note)
    by_id = {wish.ticket_id: wish for wish in wishes}
    _queue(actor, left, by_id, now)
    _write(given, left, by_id, choices, crew, befores, now)
    ticket_clocks.keep_due(befores)
    return len(given), len(left)


def _asked_first(wish: Wish, staff_id: int | None) -> Wish:
    return wish if staff_id is None else routing.asked_first(wish, staff_id)


def assign(wishes: Sequence[Wish], crew: Collection[Person], *, at: int) -> list[Choice]:
    """Decide for a batch in one statement."""
    there = [person for person in crew if not person.standing and person.capacity > 0]
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "assign"), _people(there) | _wishes(wishes) | {"at": at})
        rows = cursor.fetchall()
    by_id = {wish.ticket_id: wish for wish in wishes}
    return [
        Choice(id_, staff_id, routing.why_chosen(by_id[id_], staff_id, able) if staff_id else "", before or 0)
        for id_, staff_id, before, able in rows
    ]


def _people(there: Sequence[Person]) -> dict[str, Any]:
    skilled = [(one.staff_id, skill, level) for one in there for skill, level in one.skills.items()]
    member = [(one.staff_id, team) for one in there for team in sorted(one.teams)]
    return {
        "people": arrays.integers([one.staff_id for one in there]),
        "capacities": arrays.integers([one.capacity for one in there]),
        "loads": arrays.integers([one.load for one in there]),
        "busy": arrays.integers([one.busy_since for one in there]),
        "skill_people": arrays.integers([staff_id for staff_id, _skill, _level in skilled]),
        "skills": arrays.texts([skill for _staff_id, skill, _level in skilled]),
        "levels": arrays.integers([level for _staff_id, _skill, level in skilled]),
        "team_people": arrays.integers([staff_id for staff_id, _team in member]),
        "teams": arrays.texts([team for _staff_id, team in member]),
    }


def _wishes(wishes: Sequence[Wish]) -> dict[str, Any]:
    needs = [(turn, *need) for turn, wish in enumerate(wishes, start=1) for need in wish.needs.items()]
    return {
        "tickets": arrays.integers([wish.ticket_id for wish in wishes]),
        "weights": arrays.integers([wish.weight for wish in wishes]),
        "wanted_teams": arrays.texts([wish.team for wish in wishes]),
        "only": arrays.flags([wish.team_only for wish in wishes]),
        "key_agents": arrays.integers([wish.key_agent for wish in wishes]),
        "previous": arrays.integers([wish.previous for wish in wishes]),
        "avoided": arrays.integers([wish.avoid for wish in wishes]),
        "w_previous": arrays.integers([wish.weights.previous for wish in wishes]),
        "w_team": arrays.integers([wish.weights.team for wish in wishes]),
        "w_skill": arrays.integers([wish.weights.skill for wish in wishes]),
        "w_load": arrays.integers([wish.weights.load for wish in wishes]),
        "need_turns": arrays.integers([turn for turn, _skill, _level in needs]),
        "need_skills": arrays.texts([skill for _turn, skill, _level in needs]),
        "need_levels": arrays.integers([level for _turn, _skill, level in needs]),
    }


def _returned(rows: Sequence[Ticket]) -> dict[int, int]:
    """Tell who gave which ticket back last, where nobody has had it since."""
    last = (
        Assignment.objects.filter(ticket_id__in=[row.id for row in rows])
        .exclude(how="queued")
        .order_by("ticket_id", "-id")
        .distinct("ticket_id")
    )
    found = last.values_list("ticket_id", "how", "before_id")
    return {id_: before for id_, how, before in found if how == "returned" and before is not None}


def _queue(actor: Actor, left: Sequence[Ticket], wishes: Mapping[int, Wish], now: datetime) -> None:
    """Put what nobody can take into a team's queue, and let its clock run until somebody has it."""
    teamless = [row for row in left if not row.team and (wishes[row.id].team or parameters.value(FALLBACK_TEAM))]
    for row in teamless:
        row.team = wishes[row.id].team or parameters.value(FALLBACK_TEAM)
    write_rows(teamless, ["team"])
    ticket_clocks.ask_for_owner(actor, left, now)


def _write(
    given: Sequence[Ticket],
    left: Sequence[Ticket],
    wishes: Mapping[int, Wish],
    choices: Mapping[int, Choice],
    crew: Sequence[Person],
    befores: Mapping[int, int | None],
    now: datetime,
) -> None:
    """Write down why; of a ticket that waits already only once."""
    capacities = {person.staff_id: person.capacity for person in crew}
    after = routing.after_batch(crew, [(choices[row.id].staff_id or 0, wishes[row.id].weight) for row in given])
    latest = Assignment.objects.filter(ticket_id__in=[row.id for row in left]).order_by("ticket_id", "-id")
    waits = {id_ for id_, how in latest.distinct("ticket_id").values_list("ticket_id", "how") if how == "queued"}
    Assignment.objects.bulk_create(
        Assignment(
            ticket=row,
            staff_id=choices[row.id].staff_id,
            before_id=befores[row.id],
            how="queued" if choices[row.id].staff_id is None else "routed",
            why=choices[row.id].why,
            rule_id=wishes[row.id].rule_id,
            needs=[f"{skill}:{level}" for skill, level in sorted(wishes[row.id].needs.items())],
            weight=wishes[row.id].weight,
            load=choices[row.id].load if choices[row.id].staff_id else None,
            capacity=capacities.get(choices[row.id].staff_id or 0),
            rejected=routing.rejections(wishes[row.id], after if choices[row.id].staff_id is None else crew),
            at=now,
        )
        for row in (*given, *left)
        if row.id not in waits
    )

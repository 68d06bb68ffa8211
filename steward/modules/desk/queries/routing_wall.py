"""The live wall: who is on duty with what, how long people wait, what is at risk in the next hour (DSK-11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from msgspec import Struct

from steward.modules.desk.models import Ticket
from steward.modules.desk.queries import routing as queries
from steward.modules.desk.queries.inbox import TicketRow, ticket_rows
from steward.modules.desk.queries.names import staff_names
from steward.modules.desk.rules import tickets
from steward.modules.people import queries as people

HOUR = timedelta(hours=1)
MOST_LISTED = 100
TILES = ("active", "unassigned", "awaiting", "late", "at_risk", "urgent", "waiting")
ACTIVE = Q(state__in=tickets.ACTIVE)
NOT_OPEN = ("waiting_customer", "waiting_third")


class AgentRow(Struct, frozen=True, kw_only=True):
    """Somebody at the desk. `standing`: why they get none now, "" while they are there. Units: hundredths of a case.

    `presence`: online, break, meeting, away, offline. `waits_since` is the oldest word that they have not answered.
    """

    staff_id: int
    name: str
    shift: str
    until: datetime | None
    presence: str
    standing: str
    load: int
    capacity: int
    active: int
    awaiting: int
    waiting: int
    late: int
    at_risk: int
    waits_since: datetime | None


class Wall(Struct, frozen=True):
    """What the desk looks like now: tickets by tile, the longest waits, and the people."""

    at: datetime
    tiles: dict[str, int]
    waits_since: datetime | None
    unassigned_since: datetime | None
    half_wait_s: int | None
    agents: list[AgentRow]


def wall(*, at: datetime) -> Wall:
    """Count what the desk has now; a constant number of statements."""
    found = Ticket.objects.filter(ACTIVE, simulated=False).aggregate(
        **{tile: Count("id", filter=of_tile(tile, at)) for tile in TILES},
        waits_since=Min("awaits_since"),
        unassigned_since=Min("opened_at", filter=Q(owner_id=None)),
    )
    waits = list(
        Ticket.objects.filter(ACTIVE, simulated=False, awaits_since__isnull=False)
        .order_by("awaits_since")
        .values_list("awaits_since", flat=True)[:1_000]
    )
    half = waits[len(waits) // 2] if waits else None
    return Wall(
        at=at,
        tiles={tile: found[tile] for tile in TILES},
        waits_since=found["waits_since"],
        unassigned_since=found["unassigned_since"],
        half_wait_s=None if half is None else max(0, int((at - half).total_seconds())),
        agents=_agents(at),
    )


def of_tile(tile: str, at: datetime) -> Q:
    """Say which active tickets a tile counts."""
    tests: Mapping[str, Q] = {
        "active": Q(),
        "unassigned": Q(owner_id=None),
        "awaiting": Q(awaits_since__isnull=False),
        "late": Q(due_at__lte=at),
        "at_risk": Q(due_at__gt=at, due_at__lte=at + HOUR),
        "urgent": Q(urgency="urgent") | Q(priority="urgent"),
        "waiting": Q(state__in=NOT_OPEN),
    }
    return tests[tile]


def wall_tickets(
    tile: str, *, at: datetime, owner_id: int | None = None, viewer_id: int | None = None, limit: int = MOST_LISTED
) -> list[TicketRow]:
    """List the tickets behind a tile, of one person where wanted, what is due next first."""
    return ticket_rows(list(_behind(tile, at, owner_id).order_by("due_order", "id")[:limit]), viewer_id)


def _behind(tile: str, at: datetime, owner_id: int | None) -> QuerySet[Ticket]:
    found = Ticket.objects.filter(ACTIVE, of_tile(tile, at), simulated=False)
    return found if owner_id is None else found.filter(owner_id=owner_id)


def _agents(at: datetime) -> list[AgentRow]:
    """List who is on duty, present, or has something."""
    crew = queries.crew(queries.setup(), at=at)
    on_duty = {one.staff_id: one for one in people.staff_on_duty(at=at)}
    present, has = people.present_staff(at=at), _by_owner(at)
    by_id = {person.staff_id: person for person in crew}
    shown = [id_ for id_ in sorted({*by_id, *has}) if id_ in has or id_ in on_duty or id_ in present]
    names = staff_names(set(shown))
    rows = []
    for id_ in shown:
        person, duty, mine = by_id.get(id_), on_duty.get(id_), has.get(id_, {})
        rows.append(
            AgentRow(
                staff_id=id_,
                name=names.get(id_, ""),
                shift=duty.shift_name if duty else "",
                until=duty.ends_at if duty else None,
                presence=present.get(id_, "offline"),
                standing=person.standing if person else "off_shift",
                load=person.load if person else 0,
                capacity=person.capacity if person else 0,
                waits_since=mine.get("waits_since"),
                **{name: mine.get(name, 0) for name in ("active", "awaiting", "waiting", "late", "at_risk")},
            )
        )
    return sorted(rows, key=lambda row: (bool(row.standing), -row.late, -row.at_risk, row.name))


def _by_owner(at: datetime) -> dict[int, dict[str, Any]]:
    tiles = ("active", "awaiting", "waiting", "late", "at_risk")
    rows = (
        Ticket.objects.filter(ACTIVE, owner_id__isnull=False, simulated=False)
        .values("owner_id")
        .annotate(**{tile: Count("id", filter=of_tile(tile, at)) for tile in tiles}, waits_since=Min("awaits_since"))
    )
    return {row["owner_id"] or 0: dict(row) for row in rows}

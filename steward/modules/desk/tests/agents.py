"""Builders of routing's tests: agents who are there, and tickets that wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from steward.kernel.actor import Actor, system
from steward.modules.desk.commands.routing import Routed, route_waiting
from steward.modules.desk.models import Assignment, Ticket
from steward.modules.desk.tests.words import said, word
from steward.modules.people import commands as people
from steward.modules.people import queries as who
from tests import make

DESK = system("desk")
LATER = make.NOW + timedelta(minutes=1)


def agent(username: str, *, skills: Mapping[str, int] | None = None, capacity: int = 8, name: str = "") -> int:
    """Let somebody of customer service in, with what they can do; return their id."""
    staff_id = people.create_staff(
        make.TESTER, username=username, name=name or username, password=make.PASSWORD, role_codes=["customer_service"]
    )
    for skill in skills or {}:
        if skill not in who.skills():
            people.add_skill(make.TESTER, code=skill, name=skill)
    people.set_abilities(make.TESTER, staff_id=staff_id, levels=dict(skills or {}), capacity=capacity)
    return staff_id


def team(*staff_ids: int, code: str = "service", rostered: bool = False) -> None:
    """Make a team of these people; without a roster they are always on shift."""
    draft = people.TeamDraft(name=code, minimum_on_duty=1 if rostered else 0)
    people.save_team(make.TESTER, code=code, draft=draft)
    people.set_team_members(make.TESTER, team_code=code, members=[people.MemberDraft(id_) for id_ in staff_ids])


def comes(*staff_ids: int, at: datetime = LATER, says: str = "") -> None:
    """Let people's consoles be heard of."""
    for id_ in staff_ids:
        people.set_presence(actor(id_), said=says, minutes=60 if says else 0, now=at)


def actor(staff_id: int) -> Actor:
    """Return somebody as the actor they are."""
    return who.actor_for_staff(get_user_model().objects.get(id=staff_id))


def tickets(count: int, **facts: Any) -> list[int]:
    """Let so many customers write; return the ids of their tickets."""
    made = said(*(word(**({"text": f"请问第 {number} 个包裹到哪了？"} | facts)) for number in range(count)))
    return [one.ticket_id or 0 for one in made]


def route(at: datetime = LATER) -> Routed:
    """Give out what waits."""
    return route_waiting(DESK, now=at)


def owners() -> list[int | None]:
    """List who has which ticket, by the tickets' ids."""
    return list(Ticket.objects.order_by("id").values_list("owner_id", flat=True))


def latest(ticket_id: int) -> Assignment:
    """Read why a ticket is where it is."""
    found = Assignment.objects.filter(ticket_id=ticket_id).order_by("-id").first()
    assert found is not None
    return found

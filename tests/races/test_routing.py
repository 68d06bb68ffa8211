"""Two workers give tickets out at once, and an owner goes on leave meanwhile: nobody gets one twice, or too many."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from steward.modules.desk.commands.routing import route_waiting
from steward.modules.desk.commands.routing_shifts import hand_over_absent
from steward.modules.desk.models import Assignment, Ticket
from steward.modules.desk.tests import agents
from steward.modules.desk.tests.agents import DESK, LATER
from steward.modules.people import commands as people
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def leave(staff_id: int) -> None:
    draft = people.LeaveDraft(staff_id=staff_id, kind="sick", starts_at=LATER, ends_at=LATER + timedelta(days=1))
    leave_id = people.request_leave(agents.actor(staff_id), draft=draft, now=LATER)
    people.decide_leave(make.manager_zhao(), leave_id=leave_id, approve=True, confirm_uncovered=True, now=LATER)


def test_four_batches_at_once_give_every_ticket_once_and_nobody_more_than_fits() -> None:
    crew = [agents.agent(name, capacity=3) for name in ("hu", "qian", "sun")]
    agents.team(*crew)
    agents.comes(*crew)
    agents.tickets(12)

    done = at_once(*[partial(route_waiting, DESK, now=LATER, limit=5)] * 4)

    has = Counter(Ticket.objects.filter(owner_id__isnull=False).values_list("owner_id", flat=True))
    assert has == dict.fromkeys(crew, 3)
    assert sum(one.given for one in done) == 9
    routed = Assignment.objects.filter(how="routed").values_list("ticket_id", flat=True)
    assert len(routed) == len(set(routed)) == 9


def test_an_owner_who_goes_on_leave_while_tickets_are_given_out_keeps_none() -> None:
    hu, qian = agents.agent("hu"), agents.agent("qian")
    zhao = make.manager_zhao().staff_id
    assert zhao
    agents.team(hu, qian)
    agents.comes(hu, qian)
    agents.tickets(6)

    at_once(partial(route_waiting, DESK, now=LATER), partial(leave, hu), partial(route_waiting, DESK, now=LATER))
    hand_over_absent(DESK, now=LATER)

    assert set(agents.owners()) == {qian}
    assert set(Ticket.objects.values_list("state", flat=True)) == {"open"}

"""The live wall, routing and what looks better than it was, through the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.desk.models import Ticket
from steward.modules.desk.tests import agents
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def routed() -> tuple[int, Ticket]:
    hu = agents.agent("hu")
    agents.team(hu)
    now = moment.now()
    agents.comes(hu, at=now)
    agents.tickets(1, at=now)
    agents.route(now + timedelta(seconds=10))
    return hu, Ticket.objects.get()


def test_the_wall_and_what_is_behind_a_tile_are_told() -> None:
    hu, ticket = routed()
    caller = Caller("tickets.supervise", "tickets.view")
    wall = caller.get("desk/wall").json()
    assert (wall["tiles"]["active"], wall["agents"][0]["staff_id"]) == (1, hu)
    (row,) = caller.get(f"desk/wall/tickets?tile=awaiting&owner_id={hu}").json()
    assert (row["number"], row["owner_id"]) == (ticket.number, hu)
    (why,) = caller.get(f"tickets/{ticket.number}/assignments").json()
    assert (why["how"], why["why"], why["staff_id"]) == ("routed", "only_one", hu)


def test_a_rule_is_written_and_a_ticket_tried() -> None:
    hu, ticket = routed()
    caller = Caller("settings.desk")
    rule = {
        "name": "微信",
        "rank": 5,
        "condition": [{"fact": "channel", "op": "in", "value": ["wechat", "chat"]}],
        "reason": "试一试",
    }
    assert caller.put("desk/routing/rules/wechat", rule).json()["version"] == 1
    assert caller.get("desk/routing/rules").json()[0]["code"] == "wechat"
    assert caller.put("desk/routing/rules/wechat", rule).status_code == 409
    tried = caller.get(f"desk/routing?number={ticket.number}").json()
    assert (tried["rule"], tried["staff_id"]) == ("wechat", hu)
    assert caller.get("desk/routing?channel=email").json()["rule"] == "everything"


def test_the_report_is_empty_where_nothing_was_done() -> None:
    routed()
    answer = Caller("tickets.supervise").get("desk/gaming?days=7").json()
    assert (sum(answer["by_kind"].values()), answer["cases"]) == (0, [])


def test_who_may_not_watch_sees_nothing() -> None:
    caller = Caller("tickets.view")
    assert {caller.get(address).status_code for address in ("desk/wall", "desk/gaming", "desk/routing")} == {403}

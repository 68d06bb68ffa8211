"""The pages of routing, of the live wall and of what looks better than it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.desk.commands.moving import move_tickets
from steward.modules.desk.models import LoadWeight, Message, RoutingRule, SkillNeed, Ticket, Viewing
from steward.modules.desk.tests import agents
from tests import make

pytestmark = pytest.mark.django_db
RULE = {
    "name": "英语投诉", "rank": "15",
    "op": ["is", "is_not"], "pair": ["language:en", "reopened:true"],
    "skill": "", "level": "1", "team": "",
    "weight_previous": "50", "weight_team": "40", "weight_skill": "10", "weight_load": "100",
    "reason": "海外站", "version": "0",
}  # fmt: skip


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:400]
    return answer.content.decode()


def someone_there() -> int:
    hu = agents.agent("hu", name="胡明", capacity=2)
    agents.team(hu)
    agents.comes(hu, at=moment.now())
    return hu


def test_a_rule_is_written_changed_tried_and_taken_out_of_force() -> None:
    someone_there()
    zhao = make.browser("zhao", locale="en")
    assert zhao.post("/desk/routing/rules", RULE).status_code == 302
    rule = RoutingRule.objects.get(name="英语投诉", active=True)
    assert rule.condition == [
        {"fact": "language", "op": "is", "value": "en"},
        {"fact": "reopened", "op": "is_not", "value": True},
    ]
    zhao.post(f"/desk/routing/rules/{rule.code}", RULE | {"version": "1", "rank": "16"})
    assert RoutingRule.objects.get(code=rule.code, active=True).rank == 16
    tried = page(zhao, "/desk/routing/?try=1&language=en")
    assert "It would go to 胡明" in tried
    assert "英语投诉" in tried
    zhao.post(f"/desk/routing/rules/{rule.code}/retire", {"reason": "不用了"})
    assert not RoutingRule.objects.filter(code=rule.code, active=True).exists()


def test_needs_and_weights_are_set_on_the_same_page() -> None:
    agents.agent("hu", skills={"english": 2})
    zhao = make.browser("zhao")
    zhao.post("/desk/routing/needs", {"pair": "channel:wechat", "skill": "english", "level": "3"})
    assert SkillNeed.objects.get(fact="channel").level == 3
    given = {f"{axis}-{code}": "100" for axis, code in LoadWeight.objects.values_list("axis", "code")}
    zhao.post("/desk/routing/weights", given | {"channel-phone": "175"})
    assert LoadWeight.objects.get(axis="channel", code="phone").percent == 175


def test_who_may_not_set_up_the_desk_or_watch_it_sees_none_of_it() -> None:
    wang = make.browser("wang")
    for address in ("/desk/routing/", "/desk/wall/", "/desk/wall/list", "/desk/wall/report"):
        assert wang.get(address).status_code == 403


def test_every_tile_of_the_wall_opens_its_list_and_a_ticket_is_read_without_being_seen() -> None:
    hu = someone_there()
    now = moment.now()
    agents.tickets(3, at=now)
    agents.route(now + timedelta(seconds=10))
    zhao = make.browser("zhao", locale="en")
    wall = page(zhao, "/desk/wall/")
    assert "胡明" in wall
    for tile in ("unassigned", "late", "at_risk", "awaiting", "urgent", "waiting", "active"):
        assert f"/desk/wall/list?tile={tile}" in wall
        page(zhao, f"/desk/wall/list?tile={tile}")
    mine = Ticket.objects.filter(owner_id=hu).earliest("id")
    assert mine.number in page(zhao, f"/desk/wall/list?tile=active&owner={hu}")
    assert "the only one who can take it now" in page(zhao, f"/desk/wall/tickets/{mine.number}")
    assert not Viewing.objects.exists()
    assert "the only one who can take it now" in page(zhao, f"/desk/tickets/{mine.number}")
    zhao.post(f"/desk/wall/tickets/{mine.number}/whisper", {"text": "先道歉"})
    assert Message.objects.get(ticket=mine, kind="note").text == "先道歉"
    assert "先道歉" in page(zhao, f"/desk/wall/tickets/{mine.number}")


def test_the_report_says_what_it_looks_for_even_when_nothing_is_found() -> None:
    assert "Nothing looks better than it was" in page(make.browser("zhao", locale="en"), "/desk/wall/report?days=7")


def test_the_report_counts_every_kind_for_each_person() -> None:
    someone_there()
    now = moment.now()
    (id_,) = agents.tickets(1, at=now)
    agents.route(now + timedelta(seconds=10))
    hu = agents.actor(Ticket.objects.get().owner_id or 0)
    move_tickets(hu, ticket_ids=[id_], verb="solve", now=now)
    report = page(make.browser("zhao", locale="en"), "/desk/wall/report")
    assert [part.split("<")[0] for part in report.split('class="text-end">')[5:9]] == ["0", "1", "0", "0"]

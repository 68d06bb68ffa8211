"""Rules of routing are rows that a manager changes and tries; the wall and the report show what is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import errors
from steward.modules.desk.commands import routing_rules as commands
from steward.modules.desk.commands.moving import move_tickets
from steward.modules.desk.commands.owning import NobodyToTakeIt
from steward.modules.desk.commands.routing_rules import RuleDraft
from steward.modules.desk.commands.whispering import whisper
from steward.modules.desk.models import Message, RoutingRule, Ticket
from steward.modules.desk.queries import gaming, routing_views, routing_wall
from steward.modules.desk.tests import agents, words
from steward.modules.desk.tests.agents import LATER
from steward.modules.messaging.models import Notice
from tests import make

pytestmark = pytest.mark.django_db
URGENT = [{"fact": "urgency", "op": "is", "value": "urgent"}]


def save(seen: int = 0, **facts: object) -> int:
    draft = RuleDraft(**({"name": "急件", "rank": 5, "condition": URGENT} | facts))  # type: ignore[arg-type]
    return commands.save_rule(make.administrator(), code="rush", draft=draft, reason="旺季", seen_version=seen)


def test_a_changed_rule_is_a_new_version_and_the_old_one_stays() -> None:
    save()
    save(1, rank=6)
    assert list(RoutingRule.objects.filter(code="rush").order_by("version").values_list("rank", "active")) == [
        (5, False),
        (6, True),
    ]
    with pytest.raises(errors.Stale):
        save(1)


def test_a_rule_that_cannot_be_is_refused_with_every_finding() -> None:
    with pytest.raises(errors.BadInput) as refused:
        save(skill="juggling", team_only=True, weight_load=0, condition=[{"fact": "mood", "op": "is", "value": "bad"}])
    assert {one["field"] for one in refused.value.findings} == {"skill", "team_only", "weight_load", "condition"}


def test_somebody_has_to_stay_the_last_rule() -> None:
    for code in RoutingRule.objects.filter(active=True).exclude(code="everything").values_list("code", flat=True):
        commands.retire_rule(make.administrator(), code=code, reason="不用了")
    with pytest.raises(commands.LastRule):
        commands.retire_rule(make.administrator(), code="everything", reason="不用了")


def test_the_preview_names_everybody_and_why_they_do_not_get_it() -> None:
    hu, qian, sun = agents.agent("hu", skills={"refunds": 3}), agents.agent("qian"), agents.agent("sun")
    agents.team(hu, qian, sun)
    agents.comes(hu, qian)
    found = routing_views.preview_of({"category": "payment"}, at=LATER)
    assert found.rule is not None
    assert (found.rule.code, found.staff_id, found.why) == ("everything", hu, "only_one")
    assert [(one.staff_id, one.reason) for one in found.candidates] == [
        (hu, ""), (qian, "lacks_skill"), (sun, "not_present"),
    ]  # fmt: skip


def test_needs_and_weights_change_where_tickets_go() -> None:
    hu = agents.agent("hu", skills={"cantonese": 4}, capacity=1)
    agents.team(hu)
    agents.comes(hu)
    admin = make.administrator()
    commands.set_need(admin, fact="category", value="payment", skill="cantonese", level=2)
    commands.set_need(admin, fact="category", value="payment", skill="cantonese", level=0)
    commands.set_need(admin, fact="channel", value="chat", skill="cantonese", level=5)
    assert routing_views.preview_of({"channel": "chat"}, at=LATER).candidates[0].reason == "lacks_skill"
    assert commands.set_weights(admin, percents={("channel", "email"): 200, ("state", "open"): 100}) == 1
    assert routing_views.preview_of({"channel": "email"}, at=LATER).candidates[0].reason == "no_room"


def test_a_key_customer_has_an_agent_who_may_work_on_tickets() -> None:
    mei = words.customer()
    with pytest.raises(NobodyToTakeIt):
        commands.set_key_agent(
            make.manager_zhao(), customer_id=mei, staff_id=make.clerk_lin().staff_id, note="", now=LATER
        )
    hu = agents.agent("hu")
    commands.set_key_agent(make.manager_zhao(), customer_id=mei, staff_id=hu, note="VIP", now=LATER)
    assert routing_views.key_agent_of(mei) == hu


def test_the_wall_counts_people_tickets_and_what_is_at_risk() -> None:
    hu, qian = agents.agent("hu", capacity=2), agents.agent("qian")
    agents.team(hu, qian)
    agents.comes(hu)
    ids = agents.tickets(3)
    agents.route()
    wall = routing_wall.wall(at=LATER)
    assert wall.tiles == {
        "active": 3, "unassigned": 1, "awaiting": 3, "late": 0, "at_risk": 3, "urgent": 0, "waiting": 0,
    }  # fmt: skip
    assert (wall.waits_since, wall.half_wait_s) == (make.NOW, 60)
    (row,) = wall.agents
    assert (row.staff_id, row.presence, row.active, row.at_risk, row.load, row.capacity) == (
        hu,
        "online",
        2,
        2,
        200,
        200,
    )
    assert [one.id for one in routing_wall.wall_tickets("unassigned", at=LATER)] == [ids[2]]
    assert [one.id for one in routing_wall.wall_tickets("at_risk", at=LATER, owner_id=hu)] == ids[:2]


def test_advice_reaches_the_owner_and_nobody_else() -> None:
    hu = agents.agent("hu")
    agents.team(hu)
    agents.comes(hu)
    (id_,) = agents.tickets(1)
    agents.route()
    note_id = whisper(make.manager_zhao(), ticket_id=id_, text="先道歉，再查物流", now=LATER)
    note = Message.objects.get(id=note_id)
    assert (note.kind, note.outbox_id, note.facts) == ("note", None, {"whisper": True})
    assert list(Notice.objects.filter(template="ticket_advice").values_list("staff_id", flat=True)) == [hu]
    with pytest.raises(errors.Refusal):
        whisper(agents.actor(hu), ticket_id=id_, text="嗯", now=LATER)


def reply(id_: int) -> None:
    """Let somebody have answered a ticket."""
    staff_id = Ticket.objects.get(id=id_).owner_id
    Message.objects.create(
        ticket_id=id_, kind="reply", author="staff", staff_id=staff_id, at=LATER, text="好的", state="sent"
    )


def test_the_report_finds_what_looks_better_than_it_was_and_nothing_else() -> None:
    hu = agents.agent("hu")
    agents.team(hu)
    agents.comes(hu)
    paused, wordless, again, honest = agents.tickets(4)
    agents.route()
    for id_ in (again, honest):
        reply(id_)
    actor = agents.actor(hu)
    move_tickets(actor, ticket_ids=[paused, honest], verb="wait_for_customer", now=LATER)
    move_tickets(actor, ticket_ids=[wordless, again, honest], verb="solve", now=LATER)
    move_tickets(actor, ticket_ids=[again], verb="reopen", now=LATER, reason="没解决")
    found = gaming.gaming_report(start=LATER - timedelta(days=1), end=LATER + timedelta(days=1))
    assert {(one.kind, one.ticket_id) for one in found.cases} == {
        ("paused_unanswered", paused),
        ("solved_wordless", wordless),
        ("solved_reopened", again),
    }
    assert found.by_person == [("hu", {"paused_unanswered": 1, "solved_wordless": 1, "solved_reopened": 1})]

"""Key customers and their agents, tickets one watches, and what looks like the same matter: pages and API."""

from __future__ import annotations

import pytest

from steward.modules.desk.models import KeyAgent, Ticket, Watcher, WatchWish
from steward.modules.desk.tests import agents, words
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
PAGE = "/desk/key-customers/"


def test_a_customer_is_assigned_and_handed_over_with_what_was_before() -> None:
    hu, qian = agents.agent("hu", name="胡敏"), agents.agent("qian", name="钱文")
    (heard,) = words.said(words.word(customer_id=words.customer()))
    number = words.ticket_of(heard).number
    boss = make.browser("zhao")
    boss.post(f"{PAGE}assign", {"customer": number, "agent": hu, "note": "年框客户"})
    assert "年框客户" in boss.get(f"{PAGE}?agent={hu}").content.decode()
    boss.post(f"{PAGE}hand-over", {"from": hu, "to": qian, "note": "胡敏休假"})
    row = KeyAgent.objects.get()
    assert (row.staff_id, row.note) == (qian, "胡敏休假")
    assert "胡敏 → 钱文" in boss.get(PAGE).content.decode()
    boss.post(f"{PAGE}assign", {"customer": str(row.customer_id), "agent": ""})
    assert not KeyAgent.objects.exists()
    assert boss.post(f"{PAGE}assign", {"customer": "999999", "agent": hu}).status_code == 302
    assert make.browser("wang").get(PAGE).status_code == 403


def test_a_program_assigns_and_hands_over() -> None:
    hu, qian, mei = agents.agent("hu"), agents.agent("qian"), words.customer()
    caller = Caller("tickets.manage", "tickets.view")
    assert caller.put(f"desk/key-customers/{mei}", {"staff_id": hu}).json() == {"customer_id": mei, "staff_id": hu}
    assert caller.put("desk/key-customers/987654", {"staff_id": hu}).status_code == 404
    moved = caller.post("desk/key-customers/hand-over", {"from_staff_id": hu, "to_staff_id": qian, "note": "换组"})
    assert moved.json() == {"count": 1}
    assert [one["staff_id"] for one in caller.get(f"desk/key-customers?agent_id={qian}").json()] == [qian]


def test_a_ticket_that_looks_like_another_says_so_and_goes_into_it_by_one_click() -> None:
    mei, text = words.customer(), "包裹三天没动，什么时候能到？"
    (first,) = words.said(words.word(text, customer_id=mei))
    old = words.ticket_of(first)
    caller = Caller("tickets.work", "tickets.view")
    facts = {"channel": "phone", "box": "400", "customer_id": mei, "text": "客户说包裹三天没动"}
    new = caller.post("tickets", facts).json()
    assert [one["number"] for one in new["looks_like"]] == [old.number]
    agent, page = make.browser("wang"), f"/desk/tickets/{new['number']}"
    assert "可能是同一件事" in agent.get(page).content.decode()
    agent.post(f"{page}/merge", {"into": old.number})
    assert Ticket.objects.get(number=new["number"]).merged_into_id == old.id


def test_somebody_sees_what_they_watch_and_chooses_what_to_hear() -> None:
    (heard,) = words.said(words.word())
    wang = make.agent_wang()
    Watcher.objects.create(ticket_id=heard.ticket_id or 0, staff_id=wang.staff_id or 0)
    agent = make.browser("wang")
    assert words.ticket_of(heard).number in agent.get("/desk/watching/").content.decode()
    agent.post("/desk/watching/save", {"words": "1", "hands": "1"})
    wish = WatchWish.objects.get()
    assert (wish.words, wish.moves, wish.hands) == (True, False, True)

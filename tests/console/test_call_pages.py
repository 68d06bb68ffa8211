"""The pages of calls: who rings for whom, who is called back, which case a call belongs to."""

from __future__ import annotations

import pytest

from steward.modules.desk.models import Call, CallBack, Message, Ticket
from steward.modules.desk.queries import calls
from tests import make
from tests.api.caller import Caller
from tests.api.test_calls import event, opened, tell

pytestmark = pytest.mark.django_db


def test_a_ringing_call_pops_up_for_its_agent_alone() -> None:
    opened()
    tell(event("ring", 5, extension="801"))

    wang, lin = make.browser("wang", locale="en"), make.browser("zhao", locale="en")
    assert "138****5521" in wang.get("/calls/pop").content.decode()
    assert "is calling you" in wang.get("/").content.decode()
    assert "138****5521" not in lin.get("/calls/pop").content.decode()
    tell(event("hang_up", 1))
    assert "138****5521" not in wang.get("/calls/pop").content.decode()


def test_the_notice_of_a_call_leads_to_it() -> None:
    opened()
    tell(event("ring", 5, extension="801"))
    wang = make.browser("wang", locale="en")
    page = wang.get("/messages/notices").content.decode()
    assert "138****5521 calls" in page

    notice = page.split("/messages/notices/")[1:]
    number = next(part.split('"')[0] for part in notice if part.split('"')[0].isdigit())
    assert wang.get(f"/messages/notices/{number}").headers["Location"] == f"/calls/{Call.objects.get().id}"


def test_a_missed_caller_is_called_back_with_a_word_of_what_came_of_it() -> None:
    opened()
    tell(event("ring", 100), event("hang_up", 60))
    wang = make.browser("wang", locale="en")
    back = CallBack.objects.get()
    assert "1 call missed" in wang.get("/calls/").content.decode()

    wang.post(f"/calls/backs/{back.id}", {"outcome": "done", "note": " "})
    assert calls.waiting_call_backs() == 1
    wang.post(f"/calls/backs/{back.id}", {"outcome": "done", "note": "Sends pictures"})

    assert calls.waiting_call_backs() == 0
    assert "Missed" in wang.get(f"/calls/{Call.objects.get().id}").content.decode()


def test_a_call_opens_a_case_that_counts_as_answered_and_goes_into_it_once() -> None:
    opened()
    tell(event("ring", 50, extension="801"), event("answer", 40, extension="801"), event("hang_up", 5))
    call_id = Call.objects.get().id
    wang = make.browser("wang", locale="en")

    for _ in range(2):
        answer = wang.post(f"/calls/{call_id}/file", {"ticket": "", "subject": "Where is it"})

    ticket = Ticket.objects.get()
    assert answer.headers["Location"] == f"/desk/tickets/{ticket.number}"
    assert (ticket.channel, ticket.answered_at is not None, ticket.awaits_since) == ("phone", True, None)
    assert list(Message.objects.values_list("kind", flat=True)) == ["call"]
    assert wang.get(f"/desk/tickets/{ticket.number}").status_code == 200


def test_extensions_are_set_by_who_leads_the_desk() -> None:
    wang = opened()
    boss = make.browser("admin", locale="en")

    boss.post("/calls/extensions/pbx", {f"staff-{wang}": "822"})

    assert calls.extensions("pbx") == {"822": wang}
    assert make.browser("wang").get("/calls/extensions/pbx").status_code == 403
    assert "822" in boss.get("/calls/extensions/pbx").content.decode()


def test_programs_read_calls_and_settle_call_backs() -> None:
    opened()
    tell(event("ring", 100), event("hang_up", 60))
    program = Caller("tickets.view", "tickets.work")

    (row,) = program.get("calls", state="missed").json()["rows"]
    (back,) = program.get("call-backs").json()["rows"]
    settled = program.post(f"call-backs/{back['id']}/settle", {"outcome": "drop", "note": "Wrote by chat"})
    filed = program.post(f"calls/{row['id']}/file", {"subject": "missed"}).json()

    assert (row["caller"][-11:], row["waited_s"], back["missed"]) == ("138****5521", 40, 1)
    assert (settled.status_code, calls.waiting_call_backs()) == (200, 0)
    assert program.get(f"calls/{row['id']}").json()["ticket_number"] == filed["ticket_number"]
    assert program.post(f"call-backs/{back['id']}/settle", {"outcome": "drop", "note": "x"}).status_code == 409

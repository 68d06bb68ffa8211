"""Programs open, read, answer and work on tickets."""

from __future__ import annotations

import pytest

from steward.modules.desk.tests.words import customer, said, word
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
RIGHTS = ("tickets.view", "tickets.work", "tickets.manage")


def opened(caller: Caller, **facts: object) -> str:
    given = {"channel": "app", "text": "气罐漏气", "category": "product_quality", "customer_id": customer()} | facts
    return str(caller.post("tickets", given).json()["number"])


def test_a_ticket_is_opened_read_listed_and_counted() -> None:
    caller = Caller(*RIGHTS)

    number = opened(caller)

    full = caller.get(f"tickets/{number}").json()
    assert (full["state"], full["subject"], full["due_kind"]) == ("new", "气罐漏气", "first_reply")
    assert [row["number"] for row in caller.get("tickets?queue=unassigned").json()["rows"]] == [number]
    assert caller.get("tickets/counts").json()["counts"]["active"] == 1


def test_it_is_answered_waited_for_solved_and_opened_again() -> None:
    caller = Caller(*RIGHTS)
    number = opened(caller)

    thread = caller.post(f"tickets/{number}/answers", {"text": "马上为您换新"}).json()
    caller.post(f"tickets/{number}", {"act": "solve"})
    again = caller.post(f"tickets/{number}", {"act": "reopen", "reason": "仍漏气"}).json()

    assert [one["kind"] for one in thread["messages"]] == ["inbound", "reply"]
    assert (again["state"], again["reopened"]) == ("open", 1)


def test_facts_are_set_and_what_is_unfit_is_refused_with_its_field() -> None:
    caller = Caller(*RIGHTS)
    number = opened(caller)

    full = caller.patch(f"tickets/{number}", {"urgency": "urgent", "tags": ["gas"]}).json()
    refused = caller.patch(f"tickets/{number}", {"urgency": "very"})

    assert (full["urgency"], full["tags"]) == ("urgent", ["gas"])
    assert refused.status_code == 422


def test_two_tickets_become_one_and_two_again() -> None:
    caller = Caller(*RIGHTS)
    first, second = opened(caller), opened(caller)
    second_id = caller.get(f"tickets/{second}").json()["id"]

    merged = caller.post(f"tickets/{first}", {"act": "merge", "ticket_ids": [second_id]}).json()
    caller.post(f"tickets/{first}", {"act": "unmerge", "merge_id": merged["merged"][0]["merge_id"]})

    assert merged["merged"][0]["number"] == second
    assert caller.get(f"tickets/{second}").json()["state"] == "new"


def test_a_flow_is_begun_and_its_steps_are_done_or_refused() -> None:
    caller = Caller(*RIGHTS)
    number = opened(caller)
    make.settle()

    full = caller.get(f"tickets/{number}").json()
    accept, reply = full["steps"][:2]
    done = caller.post(f"tickets/{number}", {"act": "do_step", "step_id": accept["id"]}).json()
    early = caller.post(f"tickets/{number}", {"act": "do_step", "step_id": full["steps"][4]["id"]})

    assert (full["flow"], done["steps"][0]["state"], done["steps"][1]["state"]) == ("quality", "done", "open")
    assert early.status_code == 409
    assert reply["by_itself"]


def test_who_may_only_look_changes_nothing_and_a_token_of_one_shop_sees_nothing() -> None:
    number = opened(Caller(*RIGHTS))
    looker, of_a_shop = Caller("tickets.view"), Caller(*RIGHTS, scopes=["tmall"])

    assert looker.post(f"tickets/{number}", {"act": "solve"}).status_code == 403
    assert of_a_shop.get(f"tickets/{number}").status_code == 403


def test_what_a_customer_said_is_read_page_by_page() -> None:
    buyer = customer()
    for n in range(3):
        heard = said(word(f"第 {n} 句", customer_id=buyer))[0]
    caller = Caller(*RIGHTS)

    page = caller.get(f"tickets/{heard.ticket_id}/messages?limit=2").json()
    rest = caller.get(f"tickets/{heard.ticket_id}/messages?before={page['before']}").json()

    assert [one["text"] for one in rest["messages"] + page["messages"]] == ["第 0 句", "第 1 句", "第 2 句"]

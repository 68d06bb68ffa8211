"""The checklist of a ticket, and the editor of flows."""

from __future__ import annotations

import pytest

from steward.modules.desk.commands import flow_steps
from steward.modules.desk.commands.restating import Facts, restate_tickets
from steward.modules.desk.models import TicketStep
from steward.modules.desk.queries.flows import flow_history, flows_in_force
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.desk.tests.words import DESK, customer, said, word
from tests import make

pytestmark = pytest.mark.django_db


def a_ticket() -> str:
    """Return the number of a ticket that follows the flow of logistics."""
    id_ = said(word("快递丢了", customer_id=customer()))[0].ticket_id or 0
    restate_tickets(make.TESTER, ticket_ids=[id_], facts=Facts(category="logistics"), now=make.NOW)
    flow_steps.start_flows(DESK, ticket_ids=[id_], now=make.NOW)
    return get_ticket(id_).number


def test_a_ticket_shows_its_steps_and_one_is_done_by_a_click() -> None:
    browser, number = make.browser("wang"), a_ticket()
    step = TicketStep.objects.get(code="accept")

    page = browser.get(f"/desk/tickets/{number}").content.decode()
    browser.post(f"/desk/tickets/{number}/steps/{step.id}", {"act": "do"})

    assert "查询包裹去向" in page
    assert set(TicketStep.objects.filter(state="open").values_list("code", flat=True)) == {"locate"}


def test_a_step_is_left_out_with_a_reason_by_who_may() -> None:
    number, step = a_ticket(), TicketStep.objects.get(code="accept")

    make.browser("wang").post(f"/desk/tickets/{number}/steps/{step.id}", {"act": "skip", "reason": "不用"})
    assert TicketStep.objects.get(id=step.id).state == "open"
    make.browser("zhao").post(f"/desk/tickets/{number}/steps/{step.id}", {"act": "skip", "reason": "客户已撤回"})

    assert TicketStep.objects.get(id=step.id).why == "客户已撤回"


def fields(code: str) -> dict[str, object]:
    """Return what the form of a flow holds when nothing is changed."""
    flow = flow_history(code)[0] if flow_history(code) else None
    steps = flow.steps if flow else []
    form: dict[str, object] = {"code": code, "count": len(steps), "position": flow.position if flow else 5}
    form["category"] = flow.condition[0]["value"] if flow else "order"
    form |= {f"label-{language}": text for language, text in (flow.labels if flow else {}).items()}
    for place, step in enumerate(steps):
        name = f"step-{place}-"
        form |= {f"{name}code": step.code, f"{name}role": step.role, f"{name}after": list(step.after)}
        form |= {f"{name}label-{language}": text for language, text in step.labels.items()}
    return form


def test_a_manager_changes_a_flow_by_its_form() -> None:
    browser = make.browser("zhao")
    page = browser.get("/desk/flows/payment").content.decode()
    more = browser.post("/desk/flows/save", fields("payment") | {"act": "remove-4"}).content.decode()

    browser.post("/desk/flows/save", fields("payment") | {"act": "save", "reason": "账务要求", "step-1-limit": "30"})

    assert "核对收付款记录" in page
    assert (page.count("dk-flow-step"), more.count("dk-flow-step")) == (6, 5)
    assert [one.version for one in flow_history("payment")] == [2, 1]


def test_what_cannot_be_followed_is_shown_again_with_what_was_typed() -> None:
    browser = make.browser("zhao")

    answer = browser.post("/desk/flows/save", fields("payment") | {"act": "save", "reason": "x", "step-1-code": "Ä"})

    assert answer.status_code == 422
    assert 'value="Ä"' in answer.content.decode()
    assert len(flow_history("payment")) == 1


def test_the_list_shows_what_is_in_force_and_a_flow_is_taken_out() -> None:
    browser = make.browser("zhao")
    page = browser.get("/desk/flows/").content.decode()

    browser.post("/desk/flows/service/retire", {"reason": "并入投诉"})

    assert "商品质量问题" in page
    assert "service" not in {one.code for one in flows_in_force()}


def test_a_new_flow_begins_with_one_empty_step() -> None:
    page = make.browser("zhao").get("/desk/flows/new").content.decode()

    assert 'name="step-0-code"' in page
    assert 'name="step-1-code"' not in page

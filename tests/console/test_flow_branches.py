"""Branches of flows: written in the editor, chosen on the ticket."""

from __future__ import annotations

import pytest

from steward.modules.desk.commands import flow_steps, flows
from steward.modules.desk.commands.restating import Facts, restate_tickets
from steward.modules.desk.models import TicketStep
from steward.modules.desk.queries.flows import flow_history
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.desk.tests import procedures
from steward.modules.desk.tests.words import DESK, customer, said, word
from tests import make

pytestmark = pytest.mark.django_db


def test_the_editor_shows_branches_and_keeps_what_is_typed_of_them() -> None:
    flows.save_flow(make.TESTER, draft=procedures.draft("stain"), reason="流程")
    browser = make.browser("zhao")
    page = browser.get("/desk/flows/stain").content.decode()
    form: dict[str, object] = {"code": "refund", "category": "payment", "count": 2, "act": "save", "reason": "分支"}
    for language in ("zh-hans", "zh-hant", "en"):
        form |= {f"label-{language}": "退款", f"step-0-label-{language}": "核实", f"step-1-label-{language}": "退"}
    form |= {"step-0-code": "look", "step-0-role": "finance", "step-1-code": "pay", "step-1-role": "finance"}
    form |= {"step-0-outcomes": "right = 属实 | 屬實 | Right\nwrong=不实", "step-1-after": "look"}
    form |= {"step-1-only": "look:right", "step-0-events": "refunded", "step-0-means-refunded": "right"}

    browser.post("/desk/flows/save", form)

    assert "ours = ours | ours | ours" in page
    assert 'value="window:over" checked' in page
    look, pay = flow_history("refund")[0].steps
    assert [one.labels["en"] for one in look.outcomes] == ["Right", "不实"]
    assert [(when.event, when.outcome) for when in look.done_when] == [("payments.refund_paid", "right")]
    assert [(one.fact, one.value) for one in pay.only] == [("step.look", ["right"])]


def test_who_does_a_step_says_what_came_of_it() -> None:
    flows.save_flow(make.TESTER, draft=procedures.draft("stain"), reason="流程")
    id_ = said(word("衣服有污渍", customer_id=customer()))[0].ticket_id or 0
    restate_tickets(make.TESTER, ticket_ids=[id_], facts=Facts(category="product_quality"), now=make.NOW)
    flow_steps.start_flows(DESK, ticket_ids=[id_], now=make.NOW)
    number, step = get_ticket(id_).number, TicketStep.objects.get(code="purchase")
    browser = make.browser("wang")
    before = browser.get(f"/desk/tickets/{number}").content.decode()

    browser.post(f"/desk/tickets/{number}/steps/{step.id}", {"act": "do-foreign"})

    assert 'value="do-ours"' in before
    assert set(TicketStep.objects.filter(state="open").values_list("code", flat=True)) == {"refuse"}
    assert "0/9" in before
    assert "1/2" in browser.get(f"/desk/tickets/{number}").content.decode()

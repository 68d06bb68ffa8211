"""The page of the classifier: versions, the way back; and correcting a ticket with one click."""

from __future__ import annotations

import pytest

from steward.modules.desk.commands.classifying import classify_tickets
from steward.modules.desk.commands.training import keep_version
from steward.modules.desk.models import Ticket
from steward.modules.desk.queries import classifier
from steward.modules.desk.tests.test_classifying import HOUR, opened, small_model, trained
from tests import make

pytestmark = pytest.mark.django_db


def test_versions_stand_with_their_figures_and_one_click_leads_back() -> None:
    first = trained()
    second = keep_version(make.TESTER, made=small_model(), now=make.NOW + HOUR)
    browser = make.browser("zhao")
    browser.post(f"/desk/classifier/{second}/use", {"reason": "试试"})
    assert classifier.in_use() == second

    page = browser.get("/desk/classifier").content.decode()
    assert "试试" in page
    assert "95 %" in page
    browser.post(f"/desk/classifier/{first}/use")

    assert classifier.in_use() == first


def test_before_the_first_version_the_page_says_when_it_comes() -> None:
    assert "ti-brain" in make.browser("zhao").get("/desk/classifier").content.decode()


def test_an_agent_accepts_or_corrects_with_one_click_and_cannot_set_the_classifier_up() -> None:
    trained()
    id_ = opened("帮我查一下快递单号 看看包裹物流到哪了")
    classify_tickets(make.TESTER, ticket_ids=[id_], now=make.NOW)
    ticket = Ticket.objects.get(id=id_)
    browser = make.browser("wang")
    page = browser.get(f"/desk/tickets/{ticket.number}").content.decode()
    assert "物流 › 查物流" in page

    browser.post(f"/desk/tickets/{ticket.number}/correct", {"about": "order.wrong_item"})

    ticket.refresh_from_db()
    assert (ticket.category, ticket.sub_reason, ticket.sorted_by, ticket.urgency) == (
        "order", "wrong_item", "person", "urgent",
    )  # fmt: skip
    assert browser.get("/desk/classifier").status_code == 403

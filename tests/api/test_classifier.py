"""The tree, corrections and versions of the classifier through the API."""

from __future__ import annotations

import pytest

from steward.modules.desk.models import Ticket
from steward.modules.desk.tests.test_classifying import opened, trained
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def test_the_tree_is_read_in_the_callers_language() -> None:
    answer = Caller("tickets.view").get("tickets/categories").json()
    assert [one["code"] for one in answer["categories"]][:3] == ["product_quality", "logistics", "order"]
    assert all(6 <= len(one["reasons"]) <= 11 for one in answer["categories"])


def test_a_program_corrects_a_ticket_and_an_unknown_reason_is_refused() -> None:
    ticket = Ticket.objects.get(id=opened("你好"))
    caller = Caller("tickets.view", "tickets.work")
    path = f"tickets/{ticket.number}/category"

    refused = caller.post(path, {"category": "order", "sub_reason": "lost"})
    taken = caller.post(path, {"category": "order", "sub_reason": "cancel"})

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_category")
    assert taken.status_code == 200
    ticket.refresh_from_db()
    assert (ticket.category, ticket.sub_reason) == ("order", "cancel")


def test_versions_need_the_right_to_set_up_the_desk() -> None:
    number = trained()
    assert Caller("tickets.work").get("desk/classifier").status_code == 403
    rows = Caller("settings.desk").get("desk/classifier").json()["rows"]
    assert [(one["number"], one["state"]) for one in rows] == [(number, "in_use")]
    assert rows[0]["figures"]["rows"] > 0

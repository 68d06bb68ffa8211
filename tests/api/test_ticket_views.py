"""Pages and programs of a signed-in person save views and read what is in them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from django.test import Client

from steward.kernel import memory
from steward.modules.desk.tests import words
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    memory.forget_everything()


def send(browser: Client, method: str, path: str, body: Any = None) -> Any:
    """Send JSON as a person."""
    call = getattr(browser, method)
    return call(f"/api/v1/{path}", msgspec.json.encode(body or {}), content_type="application/json")


def test_a_view_is_saved_listed_read_changed_and_removed() -> None:
    zhao = make.browser("zhao")
    heard = words.said(
        words.word("包裹", customer_id=words.customer()),
        words.word("发票", customer_id=words.customer("+8613800002222"), channel="email"),
    )

    wish = {"name": "邮件", "conditions": {"channels": ["email"]}, "shared": "all"}
    view = send(zhao, "post", "ticket-views", wish).json()
    found = zhao.get(f"/api/v1/ticket-views/{view['id']}/tickets").json()
    narrow = {"name": "聊天", "conditions": {"channels": ["chat"]}}
    changed = send(zhao, "put", f"ticket-views/{view['id']}", narrow).json()
    order = send(zhao, "put", "ticket-views/order", {"ids": [view["id"]], "default": view["id"]}).json()

    assert (view["count"], view["conditions"]) == (1, {"channels": ["email"]})
    assert [row["id"] for row in found["rows"]] == [heard[1].ticket_id]
    assert (changed["name"], changed["shared"]) == ("聊天", "")
    assert [row["default"] for row in order["rows"]] == [True]
    assert [row["id"] for row in zhao.get("/api/v1/ticket-views").json()["rows"]] == [view["id"]]
    assert send(zhao, "delete", f"ticket-views/{view['id']}").json() == {"rows": []}


def test_what_no_view_can_be_is_refused_with_its_fields() -> None:
    wang = make.browser("wang")
    closed = {"name": "旧", "conditions": {"states": ["closed"]}}

    refused = send(wang, "post", "ticket-views", closed).json()
    assert {one["field"] for one in refused["findings"]} == {"heard_days", "sort"}
    assert send(wang, "post", "ticket-views", {"name": "x", "conditions": {}, "shared": "all"}).status_code == 403
    assert wang.get("/api/v1/ticket-views/999/tickets").status_code == 404


def test_a_program_that_is_no_person_has_no_views() -> None:
    caller = Caller("tickets.view")
    assert caller.get("ticket-views").json() == {"rows": []}
    assert caller.post("ticket-views", {"name": "x", "conditions": {}}).status_code == 409


def test_an_order_with_a_view_that_is_not_there_changes_nothing() -> None:
    browser = make.browser("wang")
    wishes: list[dict[str, Any]] = [{"name": name, "conditions": {}} for name in ("1", "2")]
    ids = [send(browser, "post", "ticket-views", wish).json()["id"] for wish in wishes]
    refused = send(browser, "put", "ticket-views/order", {"ids": ids[::-1], "default": 999_999})
    rows = browser.get("/api/v1/ticket-views").json()["rows"]
    assert (refused.status_code, [row["id"] for row in rows]) == (404, ids)

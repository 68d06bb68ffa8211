"""Programs register complaints, work on them and read what they are about."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db
ALL = "/api/v1/complaints"


def caller(*permissions: str) -> Client:
    given = permissions or ("tickets.view", "tickets.work")
    return Client(headers={"authorization": f"Bearer {make.token(*given)}"})


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def test_a_program_registers_a_complaint_and_takes_it_to_its_end() -> None:
    make.team()
    client = caller()
    made = post(client, ALL, type="outside_12315", words="12315 转来", source="regulator", reference="12315-7").json()
    path = f"{ALL}/{made['row']['number']}"

    post(client, path, act="restate", team="service", cause="process_rule")
    post(client, path, act="compensate", kind="apology", words="致歉")
    post(client, path, act="measure", words="补充规则")
    done = post(client, path, act="close", outcome="escalated_outside", words="由监管部门裁定").json()

    assert done["code"] == "wish_waits"
    wish = client.get(path).json()["compensations"][0]
    assert post(client, path, act="hand_over", id=wish["id"], words="已发").json()["code"] == "second_person_needed"
    other = Client(headers={"authorization": f"Bearer {make.token('tickets.view', 'tickets.work', owner='zhao')}"})
    assert post(other, path, act="hand_over", id=wish["id"], words="致歉信已寄").status_code == 200
    closed = post(client, path, act="close", outcome="escalated_outside", words="由监管部门裁定").json()
    assert (closed["row"]["state"], closed["clocks"][0]["outcome"]) == ("closed", "met")
    assert client.get(f"{ALL}?queue=closed&type=outside").json()["rows"][0]["number"] == made["row"]["number"]
    assert client.get(f"{ALL}/analysis").json()["by_cause"][0]["code"] == "process_rule"


def test_reading_needs_the_right_and_unknown_types_are_refused() -> None:
    assert caller("orders.view").get(ALL).status_code == 403
    assert post(caller(), ALL, type="no_such", words="x").status_code == 404
    assert caller().get("/api/v1/follow-ups").json() == {"rows": [], "next_after": ""}
    assert post(caller(), "/api/v1/follow-ups/9", reached=False).status_code == 404

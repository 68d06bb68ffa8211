"""Messages and webhooks through the API."""

from __future__ import annotations

import pytest
from django.db import transaction

from steward.modules.messaging import commands
from steward.modules.messaging.queries import endpoints as known
from steward.modules.orders import queries as orders
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
HOOK = {"url": "https://erp.example/hook", "kinds": ["orders.order_received"], "description": "ERP"}


def caller() -> Caller:
    return Caller("messaging.webhooks", "messaging.view", "*")


def test_messages_are_listed_with_their_readers_masked() -> None:
    make.item(stock=5)
    found = orders.order_detail(orders.order_id(make.order().number))
    one = commands.Outgoing(
        template="order_delivered",
        customer_id=found.customer_id or 0,
        subject_kind="order",
        subject_id=found.order.id,
        params={"order_number": found.order.number},
        dedupe_key="1",
        channel="sms",
    )
    with transaction.atomic():
        commands.send_messages(make.TESTER, messages=[one], now=make.NOW)

    page = caller().get("messages", state="waiting").json()

    assert [(row["template"], row["to_address"]) for row in page["rows"]] == [("order_delivered", "138****5521")]
    assert page["next_after"] is None


def test_a_webhook_is_added_once_under_its_key_and_tells_its_secret_again_to_that_request_alone() -> None:
    program = caller()

    first = program.post("webhooks/endpoints", HOOK, key="k").json()
    again = program.post("webhooks/endpoints", HOOK, key="k").json()
    read = program.get(f"webhooks/endpoints/{first['id']}").json()

    assert first == again
    assert first["secret"].startswith("whsec_")
    assert "secret" not in read
    assert (read["url"], read["kinds"], read["active"]) == (HOOK["url"], HOOK["kinds"], True)
    assert len(known.endpoints()) == 1


def test_a_webhook_is_changed_switched_given_a_secret_and_deleted() -> None:
    program = caller()
    id_ = program.post("webhooks/endpoints", HOOK).json()["id"]

    program.post(f"webhooks/endpoints/{id_}", HOOK | {"kinds": []})
    program.post(f"webhooks/endpoints/{id_}/active", {"active": False})
    rotated = program.post(f"webhooks/endpoints/{id_}/secret").json()
    read = program.get(f"webhooks/endpoints/{id_}").json()
    program.post(f"webhooks/endpoints/{id_}/delete")

    assert (read["kinds"], read["active"]) == ([], False)
    assert rotated["secret"].startswith("whsec_")
    assert program.get(f"webhooks/endpoints/{id_}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://erp.example/hook"}, "url"),
        ({"url": "ftp://erp.example"}, "url"),
        ({"url": "https://user:pass@erp.example/"}, "url"),
        ({"kinds": ["people.staff_created"]}, "kinds"),
        ({"kinds": ["no.such"]}, "kinds"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(changes: dict[str, object], field: str) -> None:
    answer = caller().post("webhooks/endpoints", HOOK | changes)

    assert answer.status_code == 422
    assert answer.json()["findings"][0]["field"] == field
    assert known.endpoints() == []


def test_a_token_limited_to_shops_sees_none_of_it() -> None:
    program = Caller("messaging.webhooks", "messaging.view", "*", scopes=["own"])

    assert program.get("messages").status_code == 403
    assert program.get("webhooks/endpoints").status_code == 403


def test_deliveries_are_listed_and_one_that_does_not_exist_is_not_sent_again() -> None:
    program = caller()
    id_ = program.post("webhooks/endpoints", HOOK).json()["id"]

    assert program.get(f"webhooks/endpoints/{id_}/deliveries").json() == {"rows": [], "next_after": None}
    assert program.post("webhooks/deliveries/999/resend").status_code == 404


CODE = {"carrier": "aliyun_sms", "kind": "order_paid", "locale": "zh-hans", "carrier_code": "SMS_154950909"}


def test_codes_of_carriers_are_saved_together_once_under_their_key_and_listed() -> None:
    program = Caller("messaging.templates")
    codes = {"codes": [CODE, CODE | {"locale": "en", "carrier_code": "SMS_7"}], "reason": "approved"}

    answers = [program.post("messages/approved-codes", codes, key="k").json() for _ in range(2)]
    found = program.get("messages/approved-codes").json()

    assert answers == [{"changed": 2}] * 2
    assert [(row["kind"], row["locale"], row["carrier_code"], row["text_version"]) for row in found["rows"]] == [
        ("order_paid", "en", "SMS_7", 1),
        ("order_paid", "zh-hans", "SMS_154950909", 1),
    ]
    assert (found["carrier_in_use"], found["missing"]) == ("", [])


def test_a_code_that_cannot_be_one_is_refused_with_the_place() -> None:
    codes = {"codes": [CODE | {"carrier_code": "449739"}], "reason": "approved"}

    answer = Caller("messaging.templates").post("messages/approved-codes", codes)

    assert (answer.status_code, [one["field"] for one in answer.json()["findings"]]) == (422, ["codes.0.carrier_code"])


def test_codes_are_for_who_may_change_texts_of_all_shops() -> None:
    codes = {"codes": [CODE], "reason": "approved"}

    assert Caller("messaging.view").post("messages/approved-codes", codes).status_code == 403
    assert Caller("messaging.view").get("messages/approved-codes").status_code == 403

"""Customers for programs: one person however many accounts."""

from __future__ import annotations

import pytest

from steward.modules.orders.models import Order
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def desk() -> Caller:
    return Caller("customers.view", "customers.edit", "customers.merge", "customers.merge_rules", "orders.view")


def two_buyers() -> tuple[int, int]:
    make.item(stock=9)
    for number in (1, 2):
        make.order(f"A-{number}", **make.somebody(number))
    one, other = Order.objects.order_by("id").values_list("customer_id", flat=True)
    return one or 0, other or 0


def test_two_customers_are_merged_read_as_one_and_parted_again() -> None:
    one, other = two_buyers()
    merged = desk().post(f"customers/{one}/merge", {"merged_id": other, "reason": "same voice"}).json()
    assert merged["customer"]["member_ids"] == [one, other]
    assert desk().get(f"customers/{other}").json()["customer"]["id"] == one
    assert [row["id"] for row in desk().get("customers").json()["rows"]] == [one]
    again = desk().post(f"customers/{one}/merge", {"merged_id": other, "reason": "same voice"})
    assert (again.status_code, again.json()["code"]) == (409, "one_person_already")
    parted = desk().post(f"customers/merges/{merged['merges'][0]['id']}/undo", {"reason": "two sisters"}).json()
    assert parted["customer"]["member_ids"] == [other]
    assert len(desk().get("customers").json()["rows"]) == 2


def test_a_person_is_found_by_phone_and_by_the_number_of_an_order_and_shown_masked() -> None:
    one, _other = two_buyers()
    for text in ("13705710001", Order.objects.get(customer_id=one).number, "A-1", "0001"):
        rows = desk().get("customers", q=text).json()["rows"]
        assert [(row["id"], row["phone"]) for row in rows] == [(one, "137****0001")]


def test_an_identity_of_somebody_else_is_noted_proposed_and_decided() -> None:
    one, other = two_buyers()
    body = {"kind": "phone", "value": "13705710001", "verified_how": "call"}
    known = desk().post(f"customers/{other}/identities", body).json()["identities"]
    assert [(row["kind"], row["finds"], row["verified_how"]) for row in known][-1] == ("phone", False, "call")
    (proposal,) = desk().get("customers/proposals").json()["rows"]
    assert [side["id"] for side in proposal["sides"]] == [one, other]
    decision = {"verdict": "refuse", "reason": "flatmates"}
    assert desk().post(f"customers/proposals/{proposal['id']}/decide", decision).json()["state"] == "refused"
    assert desk().get("customers/proposals").json()["rows"] == []


def test_a_value_that_is_none_names_its_field() -> None:
    one, _other = two_buyers()
    answer = desk().post(f"customers/{one}/identities", {"kind": "phone", "value": "12"})
    assert (answer.status_code, answer.json()["findings"][0]["field"]) == (422, "value")


def test_rules_of_merging_are_changed_by_who_may() -> None:
    rows = desk().post("customers/merge-rules/same-phone", {"acts": "do", "is_on": False}).json()["rows"]
    assert [(row["acts"], row["is_on"]) for row in rows if row["code"] == "same-phone"] == [("do", False)]
    refused = Caller("customers.view").post("customers/merge-rules/same-phone", {"acts": "do", "is_on": True})
    assert refused.status_code == 403


def test_a_token_of_one_shop_sees_no_customers() -> None:
    assert Caller("customers.view", scopes=["own"]).get("customers").status_code == 403

"""Customers as people see them: the list, everything about one person, two side by side."""

from __future__ import annotations

import pytest

from steward.modules.customers.commands import identities
from steward.modules.customers.models import Identity, Merge
from steward.modules.customers.queries.merged import family
from steward.modules.orders.models import Order
from tests import make

pytestmark = pytest.mark.django_db


def two_buyers() -> tuple[int, int]:
    make.item(stock=9)
    for number in (1, 2):
        make.order(f"A-{number}", payments=[make.payment(transaction=f"T-{number}")], **make.somebody(number))
    make.settle()
    one, other = Order.objects.order_by("id").values_list("customer_id", flat=True)
    return one or 0, other or 0


def page(address: str, who: str = "zhao") -> str:
    answer = make.browser(who).get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_each_person_once_masked_with_orders_and_money() -> None:
    one, other = two_buyers()
    shown = page("/customers/")
    assert "137****0001" in shown
    assert f"/customers/{other}" in shown
    assert "¥199.00" in shown
    assert "13705710001" not in shown
    assert f"/customers/{one}" not in page("/customers/?q=A-2")


def test_the_page_of_a_person_shows_orders_of_all_they_were_found_to_be() -> None:
    one, other = two_buyers()
    zhao = make.browser("zhao")
    zhao.post(f"/customers/{one}/merge", {"other": other, "reason": "同一个人"})
    shown = page(f"/customers/{other}")
    for number in Order.objects.values_list("number", flat=True):
        assert f"/orders/{number}" in shown
    zhao.post(f"/customers/merges/{Merge.objects.get().id}/undo", {"reason": "两个人"})
    assert family([one]) == [one]


def test_two_who_share_a_phone_stand_side_by_side_and_are_kept_apart_for_good() -> None:
    one, other = two_buyers()
    identities.add_identity(make.TESTER, customer_id=other, kind="phone", value="13705710001", now=make.NOW)
    shown = page("/customers/proposals", "wang")
    assert shown.count("137****0001") == 2
    assert "cu-shared" in shown
    wang = make.browser("wang")
    proposal_id = shown.split("/customers/proposals/")[1].split('"')[0]
    wang.post(f"/customers/proposals/{proposal_id}", {"verdict": "refuse"})
    assert "/customers/proposals/" not in page("/customers/proposals").split("<main")[1]
    assert family([one]) == [one]


def test_an_identity_is_added_verified_and_opened_with_a_record() -> None:
    one, _other = two_buyers()
    zhao = make.browser("zhao")
    zhao.post(f"/customers/{one}/identities", {"kind": "wechat", "account": "gh_12ab", "value": "oX1_zabcd"})
    identity = Identity.objects.get(kind="wechat:gh_12ab")
    zhao.post(f"/customers/identities/{identity.id}/verify", {"how": "channel"})
    identity.refresh_from_db()
    assert identity.verified_how == "channel"
    assert "oX1_zabcd" in zhao.post(f"/customers/identities/{identity.id}/reveal").content.decode()
    assert "oX1_zabcd" not in page(f"/customers/{one}")


def test_who_may_not_see_customers_is_told_which_permission_is_missing() -> None:
    assert make.browser("sam").get("/customers/").status_code == 403

"""Programs propose compensation, keep wallets, use coupons, and book what shops keep themselves."""

from __future__ import annotations

import pytest

from steward.kernel import moment
from steward.modules.payments.models import Coupon
from steward.modules.payments.tests import purse
from steward.modules.returns.models import Compensation
from steward.modules.returns.tests import case, goodwill
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
WALLETS = ("payments.wallets", "payments.view", "customers.view")


@pytest.fixture(autouse=True)
def _at_ten() -> object:
    with moment.frozen(make.NOW):
        yield


def _wish(order: str, minor: int = 500, **facts: object) -> dict[str, object]:
    return {
        "kind": "coupon", "reason": "goodwill", "currency": "CNY", "coupon": {"amount_minor": minor}, "order": order,
    } | facts  # fmt: skip


def test_wishes_are_answered_one_by_one_and_once_under_a_key() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.budget(1_000)
    caller = Caller("returns.compensate", "returns.view")
    body = {"compensations": [_wish(order.number), _wish(order.number, 600), _wish(order.number, reason="nonsense")]}

    first, again = (caller.post("compensations", body, key="k1") for _time in range(2))

    results = first.json()["results"]
    assert [one["state"] or one["refusal"]["code"] for one in results] == ["given", "budget_spent", "unfit_goodwill"]
    assert again.json() == first.json()
    page = caller.get("compensations", queue="given").json()["rows"]
    assert [one["number"] for one in page] == [results[0]["number"]]
    assert caller.get("compensation-budgets").json()["budgets"][0]["left_minor"] == 500
    assert Compensation.objects.count() == 1


def test_a_compensation_of_another_shop_does_not_exist() -> None:
    order = goodwill.ordered()
    number = goodwill.proposed(order_number=order.number, minor=100).number
    other = Caller("returns.view", "returns.compensate", scopes=["tmall"])

    answers = [
        other.get(f"compensations/{number}"),
        other.post(f"compensations/{number}/withdraw", {"words": "x"}),
    ]
    proposed = other.post("compensations", {"compensations": [_wish(order.number)]})

    assert [one.status_code for one in answers] == [404, 404]
    assert proposed.json()["results"][0]["refusal"]["code"] == "unfit_goodwill"
    assert other.get("compensations").json()["rows"] == []


def test_points_are_given_and_spent_once_and_a_coupon_is_used_once() -> None:
    purse.kept_here()
    mei = purse.mei()
    caller = Caller(*WALLETS)
    give = {"reference": "buy-1", "kind": "points", "amount": 300, "customer_id": mei, "shop": "own"}
    spend = give | {"reference": "use-1", "amount": -400, "cause": "redemption"}

    posted = caller.post("wallets/postings", {"postings": [give, spend]}).json()["results"]
    again = caller.post("wallets/postings", {"postings": [give]}).json()["results"]
    code = purse.coupon(mei).code
    use = {"code": code, "shop": "own", "currency": "CNY", "goods_minor": {"tents": 10_000}}
    used = [
        caller.post("coupons/redemptions", {"redemptions": [use | {"reference": name}]}).json()["results"][0]
        for name in ("o-1", "o-1", "o-2")
    ]

    assert [one["outcome"] for one in (*posted, *again)] == ["posted", "short", "again"]
    assert [(one["saved_minor"], one["unfit"]) for one in used] == [(2_000, ""), (2_000, ""), (0, "used")]
    wallet = caller.get(f"customers/{mei}/wallet").json()
    assert (wallet["balances"][0]["amount"], wallet["coupons"][0]["state"]) == (300, "redeemed")
    assert code not in str(wallet)


def test_what_a_shop_keeps_itself_is_fetched_and_said_to_be_booked() -> None:
    order = goodwill.ordered()
    goodwill.proposed(order_number=order.number, minor=100)
    caller = Caller(*WALLETS)
    [row] = caller.get("wallet-handovers").json()["rows"]
    assert (row["kind"], row["terms"]["amount_minor"], row["external_number"]) == ("coupon", 100, "G-1")

    silent = caller.post("wallet-handovers/settlements", {"settlements": [{"id": row["id"], "verb": "refuse"}]})
    done = caller.post("wallet-handovers/settlements", {"settlements": [{"id": row["id"], "outside_reference": "T1"}]})
    make.settle()

    assert (silent.status_code, done.json()) == (422, {"moved": 1})
    assert (Compensation.objects.get().state, Coupon.objects.count()) == ("given", 0)
    assert caller.get("wallet-handovers").json()["rows"] == []


def test_where_a_shop_keeps_points_is_set_by_who_may() -> None:
    terms = {"kept": "here", "points_days": 30, "coupon_days": 30, "minor_per_100_points": 100}

    assert Caller("payments.wallets").put("shops/own/wallet-terms", terms).status_code == 403
    assert Caller("payments.wallet_terms").put("shops/own/wallet-terms", terms).json()["kept"] == "here"
    assert Caller("payments.view").get("shops/own/wallet-terms").json()["points_days"] == 30


def test_advice_on_a_case_is_read_and_says_nothing_of_a_single_return() -> None:
    number = case.opened(case.delivered(1)).number

    assert Caller("returns.view").get(f"returns/cases/{number}/advice").json() == {"advice": []}

"""Alipay, WeChat Pay and Stripe call at our door in their own ways; what is proven counts once and is thanked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from steward.kernel.models import Event
from steward.modules.payments import tasks
from steward.modules.payments.models import Callback, Entry, ForeignRefund, Refund
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.tests import till
from tests import make
from tests.api.caller import CLIENT, Answer
from tests.peers.alipay import Alipay
from tests.peers.merchants import Back, Merchants, as_china, yuan
from tests.peers.stripe import Stripe
from tests.peers.wechatpay import Wechatpay

pytestmark = pytest.mark.django_db
KINDS: dict[str, type[Merchants]] = {"alipay": Alipay, "wechatpay": Wechatpay, "stripe": Stripe}
THANKS = {"alipay": b"success", "wechatpay": b'{"code": "SUCCESS"}', "stripe": b'{"received": true}'}
PAYMENT = "pi_1"


@pytest.fixture(params=KINDS)
def peer(request: pytest.FixtureRequest) -> Iterator[Merchants]:
    with KINDS[request.param]() as peer:
        peer.currency = "cny"
        till.reach(peer, request.param)
        make.item(stock=5)
        peer.charge(PAYMENT, 19_900, make.order().number)
        yield peer


def of(peer: Merchants) -> str:
    return type(peer).__name__.lower()


def call(headers: dict[str, str], body: bytes, type_: str = "application/json") -> Answer:
    return CLIENT.post("/webhooks/payments/alipay", body, content_type=type_, headers=headers)


def tell_payment(peer: Merchants, *, forged: bool = False) -> Answer:
    """Let the provider report the payment."""
    paid = peer.payments[PAYMENT]
    if isinstance(peer, Alipay):
        facts = {"trade_no": PAYMENT, "out_trade_no": paid.number, "total_amount": yuan(paid.amount_minor)}
        facts |= {"trade_status": "TRADE_SUCCESS", "gmt_payment": as_china(paid.at)}
        return call({}, peer.notice("stranger" if forged else "alipay", **facts), "application/x-www-form-urlencoded")
    if isinstance(peer, Wechatpay):
        content: dict[str, Any] = {"transaction_id": PAYMENT, "out_trade_no": paid.number}
        content |= {"amount": {"total": paid.amount_minor, "currency": "CNY"}, "success_time": paid.at.isoformat()}
        body = peer.notice("TRANSACTION.SUCCESS", content)
        return call(peer.proof(body, forged=forged), body)
    assert isinstance(peer, Stripe)
    return tell_stripe(peer, peer.event("payment_intent.succeeded", peer.intent(paid)), forged=forged)


def tell_stripe(peer: Stripe, event: dict[str, Any], *, forged: bool = False) -> Answer:
    header, body = peer.signed(event, secret="whsec_stranger") if forged else peer.signed(event)
    return call({"Stripe-Signature": header}, body)


def tell_refund(peer: Merchants, back: Back) -> Answer:
    """Let the provider report a refund."""
    if isinstance(peer, Alipay):
        facts = {"trade_no": PAYMENT, "out_trade_no": back.payment.number, "total_amount": "199.00"}
        facts |= {"refund_fee": yuan(back.amount_minor), "out_biz_no": back.key, "gmt_refund": as_china(back.at)}
        return call({}, peer.notice(**facts, notify_id=f"N-{back.key}"), "application/x-www-form-urlencoded")
    if isinstance(peer, Wechatpay):
        told = peer.told(back)
        body = peer.notice("REFUND.SUCCESS", told | {"refund_status": told["status"]}, id_=f"EV-{back.key}")
        return call(peer.proof(body), body)
    assert isinstance(peer, Stripe)
    return tell_stripe(peer, peer.event("refund.updated", peer.told(back), id_=f"evt_{back.key}"))


def outcomes() -> list[tuple[str, str]]:
    return list(Callback.objects.order_by("id").values_list("outcome", "reason"))


def given_back() -> list[int]:
    return list(Entry.objects.filter(direction="refund").values_list("amount_minor", flat=True))


def pending(peer: Merchants) -> Back:
    """Ask for money back; the provider takes its time, and has paid by now."""
    tell_payment(peer)
    entry = Entry.objects.get()
    order = OrderFacts(order_id=entry.order_id, number="SO", total_minor=19_900, currency="CNY", shop="own")
    (number,) = till.ask(5_000, order=order).numbers
    peer.habits.append("pending")
    tasks.work_batch()
    peer.finish(number)
    return peer.backs[number]


def test_a_payment_counts_and_is_thanked_for(peer: Merchants) -> None:
    answer = tell_payment(peer)

    assert (answer.status_code, answer.content) == (200, THANKS[of(peer)])
    assert outcomes() == [("applied", "")]
    assert Entry.objects.values_list("transaction", "amount_minor").get() == (PAYMENT, 19_900)


def test_the_same_call_again_is_thanked_for_and_counts_no_second_time(peer: Merchants) -> None:
    tell_payment(peer)

    again = tell_payment(peer)

    assert (again.status_code, again.content) == (200, THANKS[of(peer)])
    assert outcomes()[1:] == [("duplicate", "message_repeated")]
    assert Entry.objects.count() == 1


def test_a_forged_call_is_refused_and_seen(peer: Merchants) -> None:
    answer = tell_payment(peer, forged=True)

    assert (answer.status_code, answer.json()["code"]) == (401, "signature_refused")
    assert outcomes() == [("refused", "No matching signature found")]
    assert Entry.objects.count() == 0


def test_a_refund_that_took_its_time_is_booked_once_it_is_told_of(peer: Merchants) -> None:
    back = pending(peer)

    answer = tell_refund(peer, back)
    tasks.work_batch()  # Alipay's notice does not say how much: it makes us ask at once

    assert answer.status_code == 200
    assert (Refund.objects.get().state, given_back()) == ("succeeded", [5_000])
    tell_refund(peer, back)
    assert given_back() == [5_000]


def test_a_refund_made_in_the_providers_own_pages_finds_its_order(peer: Merchants) -> None:
    tell_payment(peer)
    back = peer.pay_back("2026REFUND", peer.payments[PAYMENT], 1_500, "")
    assert back is not None

    assert tell_refund(peer, back).status_code == 200

    tasks.ask_about_foreign_refunds(0)  # Alipay does not say how much: it is asked
    assert given_back() == [1_500]


def test_a_refund_in_the_providers_own_pages_is_booked_once_however_often_it_is_told_of(peer: Merchants) -> None:
    tell_payment(peer)
    backs = [peer.pay_back(key, peer.payments[PAYMENT], minor, "") for key, minor in (("A", 1_500), ("B", 1_500))]

    for back in [*backs, *backs]:
        assert back is not None
        tell_refund(peer, back)
        tasks.ask_about_foreign_refunds(0)

    assert given_back() == [1_500, 1_500]
    kept = ForeignRefund.objects.filter(next_try_at=None).values_list("key", "outcome")
    assert list(kept.order_by("id")) == ([("A", "applied"), ("B", "applied")] if isinstance(peer, Alipay) else [])


@pytest.mark.parametrize("peer", ["alipay"], indirect=True)
def test_a_refund_there_whose_name_stands_for_other_money_is_told_of(peer: Merchants) -> None:
    tell_payment(peer)
    till.pay(700, "A", order_id=Entry.objects.get().order_id, direction="refund")
    back = peer.pay_back("A", peer.payments[PAYMENT], 1_500, "")
    assert back is not None

    tell_refund(peer, back)
    tasks.ask_about_foreign_refunds(0)

    assert given_back() == [700]
    (told,) = Event.objects.filter(kind="payments.payment_mismatched", data__reason="same_transaction_other_content")
    assert (told.data["amount_minor"], told.data["expected_minor"]) == (1_500, 700)


@pytest.mark.parametrize("peer", ["alipay"], indirect=True)
def test_what_the_provider_cannot_tell_yet_is_asked_again_later(peer: Merchants) -> None:
    tell_payment(peer)
    back = peer.pay_back("A", peer.payments[PAYMENT], 1_500, "pending")
    assert back is not None
    tell_refund(peer, back)

    asked = [tasks.ask_about_foreign_refunds(0) for _ in range(2)]
    peer.finish("A")
    ForeignRefund.objects.update(next_try_at=datetime.now(UTC))
    tasks.ask_about_foreign_refunds(0)

    assert (asked, given_back()) == ([1, 0], [1_500])


def test_a_payment_that_comes_before_its_order_waits_for_it(peer: Merchants) -> None:
    peer.payments[PAYMENT].number = "SO-2026-999999"

    assert tell_payment(peer).status_code == 200

    assert [outcome for outcome, _reason in outcomes()] == ["unmatched"]


def test_what_the_plain_protocol_signs_opens_no_named_door(peer: Merchants) -> None:
    stamp = str(int(datetime.now(UTC).timestamp()))

    answer = call({"webhook-id": "m", "webhook-timestamp": stamp, "webhook-signature": "v1,x"}, b"{}")

    assert answer.status_code == 401

"""What a kind of provider needs is kept, its keys sealed; whether it answers is looked at without moving anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from steward.kernel.errors import BadInput
from steward.modules.payments import commands, queries
from steward.modules.payments.commands import working
from steward.modules.payments.commands.connecting import BadConnection
from steward.modules.payments.models import Provider
from steward.modules.payments.ports import RefundOrder, UnfitKey
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.payments.rules.connecting import CONNECTORS, faults
from steward.modules.payments.tests import till
from steward.modules.payments.tests.till import NOW, TESTER
from tests.peers.alipay import Alipay
from tests.peers.merchants import Back, Merchants, Pay
from tests.peers.stripe import SECRET_KEY, Stripe
from tests.peers.wechatpay import Wechatpay

KINDS: dict[str, type[Merchants]] = {"alipay": Alipay, "wechatpay": Wechatpay, "stripe": Stripe}
DAY = timedelta(days=1)


def note(amount_minor: int, transaction: str, at: datetime) -> None:
    """Record money that came in yesterday."""
    facts: dict[str, Any] = {"order_id": 7, "amount_minor": amount_minor, "currency": "CNY", "provider": "alipay"}
    entry = PaymentEntryDraft(**facts, transaction=transaction, happened_at=at)
    commands.record_payments(TESTER, entries=[entry], now=at + DAY)


def test_what_is_missing_is_named_unless_it_is_kept() -> None:
    assert set(faults("stripe", {}, {})) == {"secret_key", "webhook_secret"}
    assert faults("stripe", {}, {"secret_key": "a", "webhook_secret": "b"}) == {}
    assert faults("wechatpay", {"mchid": "1" * 9_000}, {})["mchid"] == "too_long"
    assert faults("paypal", {}, {}) == {"connector": "unknown"}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_keys_are_sealed_and_stay_when_they_are_left_empty(kind: str) -> None:
    with KINDS[kind]() as peer:
        till.reach(peer, kind)
        secrets = {one.name for one in CONNECTORS[kind].fields if one.secret}
        known = queries.get_provider("alipay")
        assert not secrets & known.settings.keys()
        sealed = bytes(Provider.objects.get().sealed_keys or b"")
        assert sealed
        assert not any(peer.fields[name].encode() in sealed for name in secrets)

        plain = {name: value for name, value in peer.fields.items() if name not in secrets}
        commands.connect_provider(TESTER, code="alipay", connector=kind, address=peer.address, fields=plain)

        assert queries.provider_keys(known.id) == {name: peer.fields[name].strip() for name in secrets}


@pytest.mark.django_db
def test_keys_of_one_kind_are_not_kept_for_another() -> None:
    till.reach(Stripe(), "stripe")

    commands.connect_provider(TESTER, code="alipay", connector="", address="")

    known = queries.get_provider("alipay")
    assert (queries.provider_keys(known.id), known.settings) == ({}, {})


@pytest.mark.django_db
def test_what_is_missing_or_unreadable_changes_nothing() -> None:
    till.reach(Stripe(), "stripe")

    with pytest.raises(BadInput):
        commands.connect_provider(TESTER, code="alipay", connector="alipay", address="", fields={"app_id": "1"})
    with pytest.raises(UnfitKey):
        fields = Alipay().fields | {"private_key": "none"}
        commands.connect_provider(TESTER, code="alipay", connector="alipay", address="", fields=fields)
    with pytest.raises(BadConnection):
        commands.connect_provider(TESTER, code="alipay", connector="stripe", address="http://pay.example")

    known = queries.get_provider("alipay")
    assert known.connector == "stripe"
    assert queries.provider_keys(known.id)["secret_key"] == SECRET_KEY


@pytest.mark.django_db
def test_without_an_address_it_is_the_usual_one() -> None:
    peer = Stripe()
    till.reach(peer, "stripe")

    commands.connect_provider(TESTER, code="alipay", connector="stripe", address="", fields=peer.fields)

    assert queries.get_provider("alipay").address == "https://api.stripe.com"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [*KINDS, "signed_http"])
def test_a_provider_that_knows_us_answers_and_nothing_moves(kind: str) -> None:
    if kind == "signed_http":
        with till.connected() as plain:
            fault = commands.note_check(TESTER, code="alipay", answer=commands.ask_for_nothing("alipay"), now=NOW)
            assert (fault, plain.moved) == ("", [])
        return
    with KINDS[kind]() as peer:
        till.reach(peer, kind)
        fault = commands.note_check(TESTER, code="alipay", answer=commands.ask_for_nothing("alipay"), now=NOW)
        assert (fault, peer.moved) == ("", [])
        peer.down = True
        fault = commands.note_check(TESTER, code="alipay", answer=commands.ask_for_nothing("alipay"), now=NOW)

    known = queries.get_provider("alipay")
    assert (known.checked_at, known.check_fault) == (NOW, fault)
    assert fault


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_seeded_differences_between_statement_and_ledger_are_all_found(kind: str) -> None:
    with KINDS[kind]() as peer:
        peer.currency = "cny"
        till.reach(peer, kind)
        for name, amount_minor in (("pi_2", 900), ("pi_1", 50_000)):
            peer.charge(name, amount_minor)
            till.pay(amount_minor, name)
        number = till.ask(20_000).numbers[0]
        till.work()
        peer.charge("pi_3", 700)  # paid there, never told us
        yesterday = peer.payments["pi_1"].at - DAY
        note(300, "pi_4", yesterday)  # in our ledger alone
        peer.payments["pi_2"].amount_minor = 800  # another amount than we were told
        peer.pay_back("by hand", peer.payments["pi_1"], 1_000, "")  # in the provider's own pages
        moved: list[Pay | Back] = [*peer.payments.values(), *peer.backs.values()]
        for each in moved:
            each.at = yesterday
        span = {"starts_at": yesterday - DAY / 2, "ends_at": yesterday + timedelta(seconds=1)}
        rows = commands.fetch_statement("alipay", **span)

    id_ = commands.import_statement(TESTER, provider="alipay", rows=rows, name="fetched", now=NOW, **span)

    elsewhere = next(one.transaction for one in rows if one.amount_minor == 1_000)
    assert queries.statement(id_).matched_count == 2  # the payment, and our own refund
    assert sorted((one.kind, one.direction, one.transaction) for one in queries.differences(statement_id=id_)) == [
        ("amount_differs", "payment", "pi_2"),
        ("missing_here", "payment", "pi_3"),
        ("missing_here", "refund", elsewhere),
        ("missing_there", "payment", "pi_4"),
    ]
    assert queries.refund(number).refund.state == "succeeded"


@pytest.mark.django_db
def test_a_refund_is_sent_with_the_whole_of_its_payment() -> None:
    with Wechatpay() as peer:
        till.reach(peer, "wechatpay")
        till.pay(50_000, "T-1")
        peer.charge("T-1", 50_000)
        till.ask(20_000)

        (errand,) = commands.claim_refunds(TESTER, now=NOW)

    assert isinstance(errand.order, RefundOrder)
    assert (errand.order.payment_minor, errand.order.amount_minor) == (50_000, 20_000)


@pytest.mark.django_db
def test_a_key_goes_nowhere_but_where_it_was_given_for() -> None:
    with Stripe() as peer:
        till.reach(peer, "stripe")
        plain = {name: value for name, value in peer.fields.items() if "secret" not in name}

        with pytest.raises(BadInput):
            commands.connect_provider(
                TESTER, code="alipay", connector="stripe", address="https://elsewhere.example", fields=plain
            )


@pytest.mark.django_db
def test_a_gateway_that_cannot_be_opened_is_an_unclear_answer() -> None:
    till.reach(Stripe(), "stripe")
    Provider.objects.update(sealed_keys=b"not sealed by this house")
    order = RefundOrder(key="RF-1", payment="pi_1", amount_minor=1, currency="CNY", payment_minor=1)

    answer = working.run_errand(working.Errand("send", "alipay", order, False, NOW))

    assert answer.fate == "unclear"

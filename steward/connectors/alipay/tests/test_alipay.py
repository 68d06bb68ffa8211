"""What is Alipay's own: its signatures over what stands in JSON, bills that are not there yet, trades of all kinds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from steward.connectors.alipay import bill, open_gateway
from steward.modules.payments.ports import Access, Gateway, NoBillYet, RefundOrder, Unreachable
from tests.peers.alipay import Alipay
from tests.peers.merchants import as_china, key_pair

ORDER = RefundOrder(key="RF-2026-000001", payment="T-1", amount_minor=500, currency="CNY", payment_minor=2_000)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def peer() -> Iterator[Alipay]:
    with Alipay() as peer:
        peer.charge("T-1", 2_000)
        yield peer


def reached(peer: Alipay, **changes: str) -> Gateway:
    return open_gateway(Access(code="alipay", address=peer.address, secret=b"", fields=peer.fields | changes))


@pytest.mark.parametrize("words", ["} 大括号 {", '"sign":"x"', "alipay_trade_fastpay_refund_query_response"])
def test_an_answer_is_verified_whatever_its_texts_say(peer: Alipay, words: str) -> None:
    peer.words = words

    assert reached(peer).refund(ORDER).fate == "succeeded"


def test_keys_may_be_written_with_or_without_their_lines(peer: Alipay) -> None:
    assert reached(peer, private_key=key_pair("merchant")[1]).refund(ORDER).fate == "succeeded"


def test_money_of_another_currency_is_never_sent(peer: Alipay) -> None:
    from_abroad = RefundOrder(key="RF-1", payment="T-1", amount_minor=500, currency="USD")

    assert reached(peer).refund(from_abroad).code == "currency_unsupported"
    assert peer.calls == []


def test_a_refund_that_was_taken_and_cannot_be_asked_after_yet_is_pending(peer: Alipay) -> None:
    peer.at_moved = lambda: setattr(peer, "down", True)

    assert reached(peer).refund(ORDER).fate == "pending"


def test_a_bill_of_today_is_not_there_yet(peer: Alipay) -> None:
    with pytest.raises(NoBillYet):
        reached(peer).statement(YESTERDAY, datetime.now(UTC))


def test_a_day_on_which_nothing_moved_has_no_bill(peer: Alipay) -> None:
    assert reached(peer).statement(YESTERDAY - timedelta(days=3), YESTERDAY - timedelta(days=2)) == []


def test_a_bill_that_makes_no_sense_is_said_to(peer: Alipay) -> None:
    peer.extra_rows = [f"T-9,,红包,帐篷,{as_china(YESTERDAY)},{as_china(YESTERDAY)},,梅*,5.00,5.00,,0.00,"]

    with pytest.raises(Unreachable, match="unreadable_bill"):
        reached(peer).statement(YESTERDAY, YESTERDAY + timedelta(seconds=1))


def test_a_bill_too_big_to_be_one_is_not_unpacked(peer: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bill, "LARGEST_BILL_BYTES", 100)
    peer.payments["T-1"].at = YESTERDAY

    with pytest.raises(Unreachable):
        reached(peer).statement(YESTERDAY, YESTERDAY + timedelta(seconds=1))


def test_a_code_nobody_knows_to_be_final_refuses_nothing(peer: Alipay) -> None:
    peer.habits.append("strange")

    told = reached(peer).refund(ORDER)

    assert (told.fate, told.code) == ("unclear", "ACQ.NEW_SINCE_TODAY")

"""Alipay, WeChat Pay and Stripe keep the same promises behind the port, whatever they and the network do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from steward.connectors import alipay, paying, stripe, wechatpay
from steward.modules.payments.ports import Access, Gateway, RefundOrder, UnfitKey, Unreachable
from tests.peers.alipay import Alipay
from tests.peers.merchants import Merchants, key_pair
from tests.peers.stripe import Stripe
from tests.peers.wechatpay import Wechatpay

KINDS: dict[str, tuple[type[Merchants], Any, str]] = {
    "alipay": (Alipay, alipay, "CNY"),
    "wechatpay": (Wechatpay, wechatpay, "CNY"),
    "stripe": (Stripe, stripe, "USD"),
}
PAYMENT = "pi_1"
SECRET = b"0123456789abcdef0123456789abcdef"


class Line:
    """A provider that runs, and the gateway that reaches it."""

    def __init__(self, kind: str, peer: Merchants) -> None:
        self.peer = peer
        self.connector, self.currency = KINDS[kind][1:]
        self.kind = kind
        self.order = RefundOrder(
            key="RF-2026-000001", payment=PAYMENT, amount_minor=500, currency=self.currency, payment_minor=2_000
        )

    @property
    def gateway(self) -> Gateway:
        return self.reached()

    def reached(self, address: str = "", **changes: str) -> Gateway:
        fields = self.peer.fields | changes
        access = Access(code=self.kind, address=address or self.peer.address, secret=SECRET, fields=fields)
        gateway: Gateway = self.connector.open_gateway(access)
        return gateway


@pytest.fixture(params=KINDS)
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    with KINDS[request.param][0](late_s=0.5) as peer:
        peer.charge(PAYMENT, 2_000)
        yield Line(request.param, peer)


def test_a_refund_is_paid_and_can_be_asked_after(line: Line) -> None:
    paid, asked = line.gateway.refund(line.order), line.gateway.find_refund(line.order)

    assert (paid.fate, paid.amount_minor, paid.currency) == ("succeeded", 500, line.currency)
    assert paid.transaction
    assert asked == paid


def test_the_same_key_again_moves_nothing_and_answers_the_same(line: Line) -> None:
    assert line.gateway.refund(line.order) == line.gateway.refund(line.order)
    assert line.peer.moved == [(line.order.key, 500)]


def test_several_refunds_of_one_payment_have_names_and_amounts_of_their_own(line: Line) -> None:
    other = replace(line.order, key="RF-2026-000002", amount_minor=700)

    first, second = line.gateway.refund(line.order), line.gateway.refund(other)

    assert (first.amount_minor, second.amount_minor) == (500, 700)
    assert first.transaction != second.transaction


def test_what_the_provider_never_heard_of_is_absent(line: Line) -> None:
    assert line.gateway.find_refund(line.order).fate == "absent"
    assert line.gateway.find_refund(replace(line.order, payment="pi_9")).fate == "absent"
    assert line.gateway.charge("pi_9").fate == "absent"


def test_a_payment_is_told_with_its_order(line: Line) -> None:
    told = line.gateway.charge(PAYMENT)

    assert (told.fate, told.transaction, told.amount_minor) == ("succeeded", PAYMENT, 2_000)
    assert told.order == "SO-2026-000007"


@pytest.mark.parametrize("change", [{"amount_minor": 2_001}, {"payment": "pi_9"}])
def test_what_cannot_be_carried_out_is_refused_with_its_reason(line: Line, change: dict[str, Any]) -> None:
    told = line.gateway.refund(replace(line.order, **change))

    assert told.fate == "refused"
    assert told.code
    assert line.peer.moved == []


def test_a_refusal_of_what_moved_all_the_same_is_no_refusal(line: Line) -> None:
    line.peer.habits.append("refuse_after")

    assert (line.gateway.refund(line.order).fate, len(line.peer.moved)) == ("succeeded", 1)


@pytest.mark.parametrize("habit", ["poor", "busy"])
def test_what_passes_by_itself_is_not_taken_for_a_refusal(line: Line, habit: str) -> None:
    line.peer.habits.append(habit)

    told = line.gateway.refund(line.order)

    assert (told.fate, told.down, bool(told.code)) == ("unclear", False, True)
    assert line.gateway.refund(line.order).fate == "succeeded"


@pytest.mark.parametrize(
    ("habit", "is_down"), [("late", True), ("cut", True), ("lost", True), ("error", True), ("nonsense", False)]
)
def test_what_breaks_is_unclear(line: Line, habit: str, is_down: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paying, "TIMEOUT_S", 0.25)
    line.peer.habits.append(habit)

    told = line.gateway.refund(line.order)

    assert (told.fate, told.down) == ("unclear", is_down)


def test_nobody_there_is_unclear_and_down(line: Line) -> None:
    gateway = line.reached("http://127.0.0.1:9")

    assert [gateway.refund(line.order).down, gateway.find_refund(line.order).down, gateway.charge("x").down] == [
        True
    ] * 3
    with pytest.raises(Unreachable):
        gateway.statement(datetime.now(UTC) - timedelta(days=2), datetime.now(UTC) - timedelta(days=1))


def test_a_pending_refund_is_pending_until_it_is_paid(line: Line) -> None:
    line.peer.habits.append("pending")

    assert line.gateway.refund(line.order).fate == "pending"
    line.peer.finish(line.order.key)
    assert line.gateway.find_refund(line.order).fate == "succeeded"


def test_another_amount_is_told_as_it_is(line: Line) -> None:
    line.peer.habits.append("other_amount")

    assert line.gateway.refund(line.order).amount_minor == 499


@pytest.mark.parametrize("habit", ["forged", "unsigned"])
def test_words_nobody_signed_are_no_words(line: Line, habit: str) -> None:
    if line.kind == "stripe":
        return  # it signs no answers: TLS and the secret key prove both sides
    line.peer.habits.append(habit)

    assert (line.gateway.refund(line.order).fate, line.gateway.find_refund(line.order).fate) == ("unclear", "succeeded")


def test_a_wrong_key_gets_nothing_and_is_no_word_about_the_refund(line: Line) -> None:
    wrong: dict[str, Callable[[], dict[str, str]]] = {
        "alipay": lambda: {"private_key": key_pair("stranger")[1]},
        "wechatpay": lambda: {"private_key": key_pair("stranger")[1]},
        "stripe": lambda: {"secret_key": "sk_test_wrong"},
    }
    gateway = line.reached(**wrong[line.kind]())

    answers = [gateway.refund(line.order), gateway.find_refund(line.order), gateway.charge(PAYMENT)]

    assert {one.fate for one in answers} == {"unclear"}
    assert (line.peer.moved, line.peer.forged) == ([], 3)


def test_keys_that_cannot_be_read_are_named(line: Line) -> None:
    names = {"alipay": "alipay_public_key", "wechatpay": "apiv3_key", "stripe": "secret_key"}

    with pytest.raises(UnfitKey) as refusal:
        line.reached(**{names[line.kind]: "nonsen"})

    assert refusal.value.params["field"] == names[line.kind]


def test_a_statement_names_what_moved(line: Line) -> None:
    line.gateway.refund(line.order)
    made = line.peer.backs[line.order.key]
    day = made.at - timedelta(days=1)
    for one in (line.peer.payments[PAYMENT], made):
        one.at = day

    rows = line.gateway.statement(day - timedelta(seconds=1), day + timedelta(seconds=1))

    paid = line.gateway.find_refund(line.order)
    assert sorted((row.direction, row.transaction, row.amount_minor, row.currency) for row in rows) == [
        ("payment", PAYMENT, 2_000, line.currency),
        ("refund", paid.transaction, 500, line.currency),
    ]
    assert {row.happened_at for row in rows} == {day}

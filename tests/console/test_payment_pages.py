"""The pages about money: refunds, statements, callbacks, providers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steward.modules.payments import queries
from steward.modules.payments.models import Difference, Refund
from steward.modules.payments.tests import till
from tests import make
from tests.peers.stripe import Stripe

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> str:
    make.item(stock=20)
    return make.order(quantity=10, payments=[make.payment(199_000)]).number


def ask(client: Client, number: str, amount: str = "50.00", **changes: Any) -> Any:
    form = {"amount": amount, "cause": "goodwill", "reason": "late"} | changes
    return client.post(f"/payments/orders/{number}/refund", form, follow=True)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_refund_is_asked_for_on_the_order_and_found_in_the_queue(number: str) -> None:
    boss = make.browser("zhao", locale="en")
    page = ask(boss, number)

    (made,) = queries.refunds_page(queries.RefundFilters())
    assert made.number in page.content.decode()
    assert made.number in text(boss, "/payments/refunds")
    assert "To pay by hand" in text(boss, f"/payments/refunds/{made.number}")


@pytest.mark.parametrize("amount", ["", "much", "-5", "1990.01", "1e99"])
def test_an_amount_that_cannot_be_makes_no_refund(number: str, amount: str) -> None:
    page = ask(make.browser("zhao", locale="en"), number, amount)

    assert page.status_code == 200
    assert Refund.objects.count() == 0


def test_who_asked_is_told_that_somebody_else_must_agree(number: str) -> None:
    boss = make.browser("zhao", locale="en")
    ask(boss, number, "1500")
    one = Refund.objects.get()
    decide = f"/approvals/{queries.refund(one.number).approval_id}/decide"

    assert "somebody else has to decide it" in text(boss, f"/payments/refunds/{one.number}")
    boss.post(decide, {"verdict": "grant"})
    make.settle()
    assert Refund.objects.get().state == "awaiting_approval"

    other = make.browser("admin", locale="en")
    assert decide in text(other, f"/payments/refunds/{one.number}")
    other.post(decide, {"verdict": "grant"})
    make.settle()
    assert Refund.objects.get().state == "by_hand"
    assert "agreed" in text(boss, f"/payments/refunds/{one.number}")


def test_the_approval_of_a_refund_says_what_it_is_for_and_leads_to_it(number: str) -> None:
    ask(make.browser("zhao"), number, "400")
    ask(make.browser("zhao"), number, "200")
    one = Refund.objects.latest("id")
    page = text(make.browser("admin", locale="en"), f"/approvals/{queries.refund(one.number).approval_id}")

    assert f"/payments/refunds/{one.number}" in page
    assert "Goodwill" in page
    assert "400.00 CNY" in page


def test_a_refund_by_hand_is_booked_on_its_page(number: str) -> None:
    boss = make.browser("admin")
    ask(boss, number)
    one = Refund.objects.get()

    boss.post(f"/payments/refunds/{one.number}/settle", {"transaction": "BANK-1"})

    assert Refund.objects.get().state == "succeeded"


def test_a_refund_is_called_off_with_a_reason(number: str) -> None:
    boss = make.browser("zhao")
    ask(boss, number)
    one = Refund.objects.get()

    boss.post(f"/payments/refunds/{one.number}/withdraw", {"reason": ""})
    assert Refund.objects.get().state == "by_hand"
    boss.post(f"/payments/refunds/{one.number}/withdraw", {"reason": "a mistake"})
    assert Refund.objects.get().state == "withdrawn"


def test_a_dispute_is_ended_with_what_moved(number: str) -> None:
    with till.connected() as peer:
        peer.charge("T-1", 199_000)
        peer.habits.append("other_amount")
        boss = make.browser("admin", locale="en")
        ask(boss, number)
        till.work(after_s=10**9)
    one = Refund.objects.get()
    assert "amount" in text(boss, f"/payments/refunds/{one.number}")

    form = {"amount": "49.99", "transaction": one.transaction, "reason": "their statement"}
    boss.post(f"/payments/refunds/{one.number}/dispute", form)

    assert (Refund.objects.get().state, Refund.objects.get().paid_minor) == ("succeeded", 4_999)


@pytest.mark.parametrize("queue", ["", "approve", "by_hand", "disputed", "failed", "under_way", "stuck", "paid", "all"])
def test_every_queue_opens(number: str, queue: str) -> None:
    ask(make.browser("zhao"), number)

    assert "<h1" in text(make.browser("zhao"), f"/payments/refunds?queue={queue}")


def test_refunds_are_found_by_their_order(number: str) -> None:
    boss = make.browser("zhao")
    ask(boss, number)

    assert Refund.objects.get().number in text(boss, f"/payments/refunds?q={number}")


def test_a_clerk_without_the_permission_asks_for_nothing(number: str) -> None:
    assert make.browser("lin").post(f"/payments/orders/{number}/refund", {"amount": "5"}).status_code == 403
    assert Refund.objects.count() == 0


def test_a_statement_is_taken_in_and_its_difference_settled(number: str) -> None:
    make.provider()
    boss = make.browser("admin", locale="en")
    content = "transaction,amount,time\nT-1,1990.00,2026-03-02 10:00\nT-9,5.00,2026-03-02 10:00\n"
    file = SimpleUploadedFile("march.csv", content.encode())

    page = boss.post("/payments/statements/import", {"provider": "alipay", "file": file}, follow=True)
    one = Difference.objects.get()
    assert "T-9" in page.content.decode()
    assert "T-9" in text(boss, "/payments/statements")
    boss.post(f"/payments/differences/{one.id}/settle", {"outcome": "written_off", "reason": "a test of theirs"})

    assert "a test of theirs" in text(boss, f"/payments/statements/{one.statement_id}")
    assert queries.count_open_differences() == 0


@pytest.mark.parametrize("form", [{}, {"from": "2026-03-01"}, {"from": "x", "to": "y"}])
def test_a_statement_of_nothing_is_refused_kindly(form: dict[str, str]) -> None:
    boss = make.browser("admin", locale="en")
    make.provider()

    page = boss.post("/payments/statements/import", {"provider": "alipay"} | form, follow=True)

    assert "Choose a file" in page.content.decode()


def test_a_provider_is_registered_connected_and_its_secret_shown_once() -> None:
    boss = make.browser("admin", locale="en")
    made = boss.post("/payments/providers/register", {"code": "wechat", "name": "微信支付", "shops": ["own"]})
    secret = re.search(r"whsec_[\w+/=]+", made.content.decode())
    assert secret is not None
    assert secret[0] not in text(boss, "/payments/providers")

    boss.post(
        "/payments/providers/wechat/connect", {"address": "https://pay.example.com", "mapping": '{"currency": "CNY"}'}
    )

    found = queries.get_provider("wechat")
    assert (found.connector, found.address, found.shops) == ("signed_http", "https://pay.example.com", ["own"])


@pytest.mark.parametrize(
    "form",
    [
        {"address": "http://pay.example.com"},
        {"address": "ftp://x"},
        {"address": "https://u:p@x"},
        {"address": "", "mapping": "[1"},
        {"address": "", "mapping": '{"colums": {}}'},
    ],
)
def test_an_unsafe_or_unreadable_connection_is_refused(form: dict[str, str]) -> None:
    make.provider()
    make.browser("admin").post("/payments/providers/alipay/connect", form)

    assert (queries.get_provider("alipay").connector, queries.get_provider("alipay").statement_mapping) == ("", {})


def test_a_provider_of_a_kind_is_connected_checked_and_shows_no_key() -> None:
    boss = make.browser("admin", locale="en")
    make.provider()
    with Stripe() as peer:
        page = text(boss, "/payments/providers/alipay?kind=stripe")
        assert "Secret of the webhook" in page
        form = peer.fields | {"connector": "stripe", "address": peer.address}
        boss.post("/payments/providers/alipay/connect", form)
        checked = boss.post("/payments/providers/alipay/check", follow=True).content.decode()

    assert queries.get_provider("alipay").connector == "stripe"
    assert "The provider answers and knows us." in checked
    assert peer.fields["secret_key"] not in checked
    assert "it answered" in text(boss, "/payments/providers")


def test_a_provider_that_does_not_answer_is_seen_to() -> None:
    boss = make.browser("admin", locale="en")
    make.provider()
    boss.post(
        "/payments/providers/alipay/connect", Stripe().fields | {"connector": "stripe", "address": "http://127.0.0.1:9"}
    )

    boss.post("/payments/providers/alipay/check")

    assert "the last look failed" in text(boss, "/payments/providers")


def test_what_is_missing_of_a_connection_is_named_at_its_field() -> None:
    boss = make.browser("admin", locale="en")
    make.provider()

    missing = boss.post("/payments/providers/alipay/connect", {"connector": "alipay", "app_id": "1"})
    unread = boss.post(
        "/payments/providers/alipay/connect",
        {"connector": "alipay", "app_id": "1", "private_key": "x", "alipay_public_key": "y"},
    )

    assert (missing.status_code, missing.content.decode().count("This is needed.")) == (422, 2)
    assert "This holds no key that can be read." in unread.content.decode()
    assert queries.get_provider("alipay").connector == ""

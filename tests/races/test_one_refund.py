"""Money goes back once: several workers at once, a worker killed in the middle, callbacks at the same moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, transaction

from steward.kernel import moment
from steward.modules.approvals import commands as approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.payments import commands, queries, tasks
from steward.modules.payments.commands.callbacks import CallbackBody, CallbackData, CallbackReceipt
from steward.modules.payments.commands.locking import lock_money
from steward.modules.payments.commands.requesting import NotEnoughLeft
from steward.modules.payments.models import Entry, Refund
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.tests import till
from tests import make
from tests.races import database
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
WORKERS = 4
PATIENCE_S = 30


def hear(kind: str, transaction_: str, amount: int, *, message: str, refund: str = "") -> CallbackReceipt:
    """Let the provider call back about the order."""
    data = CallbackData(transaction_, amount, "CNY", till.NOW, refund=refund)
    return commands.receive_callback(
        till.TESTER,
        provider=queries.get_provider("alipay"),
        message_id=message,
        body=CallbackBody(kind, data),  # type: ignore[arg-type]
        order=till.ORDER,
        now=till.NOW,
    )


def waits_for_lock() -> bool:
    """Tell whether some connection waits for an order's money."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that will come true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def test_a_callback_that_waited_for_another_sees_the_money_that_came_meanwhile() -> None:
    commands.register_provider(till.TESTER, code="alipay", name="支付宝", shops=["own"])
    told: list[CallbackReceipt] = []

    def second() -> None:
        told.append(hear("payment.succeeded", "T-2", 20_000, message="msg-2"))
        connection.close()

    with transaction.atomic():
        lock_money([till.ORDER.order_id])
        thread = threading.Thread(target=second)
        thread.start()
        wait_until(waits_for_lock)
        first = hear("payment.succeeded", "T-1", 30_000, message="msg-1")
    thread.join(PATIENCE_S)

    assert (first.reason, told[0].reason) == ("amount_below_open", "")


def test_two_callbacks_at_once_are_counted_one_after_the_other() -> None:
    commands.register_provider(till.TESTER, code="alipay", name="支付宝", shops=["own"])
    pays = [
        partial(hear, "payment.succeeded", f"T-{place}", 50_000, message=f"msg-{place}") for place in range(WORKERS)
    ]

    reasons = Counter(receipt.reason for receipt in at_once(*pays))

    assert reasons == {"": 1, "amount_above_open": WORKERS - 1}


def test_the_same_refund_callback_from_two_sides_is_booked_once() -> None:
    with till.connected() as peer:
        till.pay(peer=peer)
        number = till.ask(20_000).numbers[0]
        tasks.work_batch()
        calls = [
            partial(hear, "refund.succeeded", f"PR-{number}", 20_000, message=f"m-{n}", refund=number) for n in range(4)
        ]

        receipts = at_once(*calls)

    assert {receipt.outcome for receipt in receipts} == {"duplicate"}
    assert till.ledger() == (50_000, 20_000)


def test_several_workers_send_each_refund_once() -> None:
    with till.connected() as peer:
        for place in range(12):
            order = OrderFacts(
                order_id=100 + place, number=f"SO-{place}", total_minor=50_000, currency="CNY", shop="own"
            )
            till.pay(50_000, f"T-{place}", peer=peer, order_id=order.order_id)
            till.ask(19_000, order=order)
            till.ask(30_000, order=order)

        at_once(*[tasks.work_batch] * WORKERS)
        while tasks.work_batch():
            continue

        assert Counter(Refund.objects.values_list("state", flat=True)) == {"succeeded": 24}
        assert len({key for key, _amount in peer.moved}) == len(peer.moved) == 24
        assert peer.calls == ["refund"] * 24
        assert Entry.objects.filter(direction="refund").count() == 24


def test_people_who_ask_at_once_never_promise_back_more_than_was_paid() -> None:
    till.pay(50_000)

    def one() -> str:
        try:
            return till.ask(20_000).approval
        except NotEnoughLeft as refusal:
            return refusal.code

    assert Counter(at_once(*[one] * 6)) == {"not_needed": 2, "not_enough_left": 4}
    assert till.balance() == (50_000, 40_000, 0)


def granted() -> tuple[int, str]:
    """Ask for more than passes by itself and have it granted; the refund has not heard of it yet."""
    receipt = till.ask(60_000, by=make.agent_wang())
    approval_id = till.approval_of(receipt)
    approvals.decide(make.administrator(), approval_id=approval_id, verdict="grant", now=till.NOW)
    return approval_id, receipt.numbers[0]


def follow(approval_id: int) -> int:
    settled = ApprovalSettled(
        approval_id=approval_id, kind="refund", about_kind="", about_id=0, outcome="granted", reason=""
    )
    return commands.follow_approvals(till.TESTER, settled=[settled], now=till.NOW)


def test_workers_that_hear_of_one_approval_at_once_send_its_refund_once() -> None:
    with till.connected() as peer:
        till.pay(300_000, peer=peer)
        approval_id, number = granted()

        moved = at_once(*[partial(follow, approval_id)] * WORKERS)
        at_once(*[tasks.work_batch] * WORKERS)

        assert sorted(moved) == [0, 0, 0, 1]
        assert (peer.moved, till.ledger()) == ([(number, 60_000)], (300_000, 60_000))


def test_a_refund_called_off_at_the_moment_it_is_let_out_goes_out_or_ends_never_both() -> None:
    with till.connected() as peer:
        till.pay(300_000, peer=peer)
        approval_id, number = granted()

        def call_off() -> int:
            commands.withdraw_refund(till.TESTER, number=number, reason="a mistake", now=till.NOW)
            return 0

        at_once(partial(follow, approval_id), call_off)
        tasks.work_batch()

        assert (till.states(), peer.moved, till.balance()) == (["withdrawn"], [], (300_000, 0, 0))


def test_money_refunded_elsewhere_at_the_moment_of_the_agreement_is_not_paid_twice() -> None:
    with till.connected() as peer:
        till.pay(300_000, peer=peer)
        approval_id, _number = granted()

        at_once(partial(follow, approval_id), partial(hear, "refund.succeeded", "R-9", 60_000, message="m-9"))
        while tasks.work_batch():
            continue

        assert (till.states(), peer.moved, till.ledger()) == (["succeeded"], [], (300_000, 60_000))


@pytest.mark.crash
def test_a_worker_killed_between_the_call_and_its_note_pays_back_once() -> None:
    with till.connected(late_s=20) as peer:
        till.pay(peer=peer)
        number = till.ask(20_000).numbers[0]
        peer.habits.append("late")
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.races.refund_worker"],
            env={**os.environ, "DATABASE_URL": database.url(), "DJANGO_SETTINGS_MODULE": "steward.settings"},
            cwd=ROOT,
        )
        wait_until(lambda: bool(peer.moved))

        worker.send_signal(signal.SIGKILL)
        worker.wait(PATIENCE_S)
        assert (till.states(), till.ledger()) == (["sending"], (50_000, 0))
        assert tasks.work_batch() == 0  # its lease still runs
        with moment.frozen(moment.now() + timedelta(seconds=130)):
            tasks.work_batch()

        assert (till.states(), till.ledger()) == (["succeeded"], (50_000, 20_000))
        assert (peer.moved, peer.calls) == ([(number, 20_000)], ["refund", "ask refunds"])

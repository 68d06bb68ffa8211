"""A worker is killed at every step between “approved” and “refunded”; the money goes back once, and the books agree."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from django.db.models import Sum

from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.approvals import commands as approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.payments import commands, queries, tasks
from steward.modules.payments.models import Entry, OrderBalance, PaymentBalance
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.tests import till
from tests import make
from tests.peers.alipay import Alipay
from tests.peers.merchants import Merchants
from tests.peers.stripe import Stripe
from tests.peers.wechatpay import Wechatpay
from tests.races.database import url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.crash]
ROOT = Path(__file__).resolve().parents[2]
PAID, BACK = 300_000, 60_000  # a second person has to agree to so much
FEWEST_STEPS = {"all": 18, "calls": 4}


class Workers:
    """Makes workers that die at a step."""

    def __init__(self, said: IO[str], heard: IO[str]) -> None:
        self.said, self.heard = said, heard

    def run(self, approval_id: int, step: int, what: str) -> str:
        """Let one worker live up to a step; say how it ended."""
        print(approval_id, step, what, file=self.said, flush=True)
        return self.heard.readline().strip()


@contextmanager
def workers() -> Iterator[Workers]:
    """Start what makes workers."""
    environment = {**os.environ, "DATABASE_URL": url(), "DJANGO_SETTINGS_MODULE": "steward.settings"}
    maker = subprocess.Popen(
        [sys.executable, "-m", "tests.races.refund_steps"],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert maker.stdin is not None
    assert maker.stdout is not None
    assert maker.stdout.readline() == "ready\n"
    with maker:
        yield Workers(maker.stdin, maker.stdout)


def granted(peer: Merchants, step: int, asker: Actor, decider: Actor) -> tuple[int, str]:
    """Let an order be paid, and a refund of it be asked for and agreed to."""
    order = OrderFacts(order_id=step, number=f"SO-{step}", total_minor=PAID, currency="CNY", shop="own")
    till.pay(PAID, f"pi_{step}", order_id=step)
    peer.charge(f"pi_{step}", PAID)
    receipt = till.ask(BACK, by=asker, order=order)
    approval_id = till.approval_of(receipt)
    approvals.decide(decider, approval_id=approval_id, verdict="grant", now=till.NOW)
    return approval_id, receipt.numbers[0]


def go_on(approval_id: int) -> None:
    """Let the next worker find what the dead one left."""
    settled = ApprovalSettled(
        approval_id=approval_id, kind="refund", about_kind="", about_id=0, outcome="granted", reason=""
    )
    commands.follow_approvals(till.TESTER, settled=[settled], now=moment.now())
    for later_s in (0, 130, 300):
        with moment.frozen(moment.now() + timedelta(seconds=later_s)):
            if tasks.work_batch() and later_s:
                break


def test_a_worker_killed_at_any_step_pays_back_once() -> None:
    keys: list[str] = []
    asker, decider = make.agent_wang(), make.administrator()
    moved: Counter[tuple[str, int]] = Counter()
    with workers() as made:
        for kind, what in ((Alipay, "all"), (Wechatpay, "calls"), (Stripe, "calls")):
            before = len(keys)
            with kind() as peer:
                peer.currency = "cny"
                till.reach(peer, kind.__name__.lower())
                end = "killed"
                while end == "killed":
                    approval_id, key = granted(peer, len(keys) + 1, asker, decider)
                    keys.append(key)
                    end = made.run(approval_id, len(keys) - before, what)
                    go_on(approval_id)
                    assert queries.refund(key).refund.state == "succeeded", f"after step {len(keys) - before}"
                moved.update(peer.moved)
            assert (end, len(keys) - before > FEWEST_STEPS[what]) == ("done", True)

    assert moved == Counter({(key, BACK): 1 for key in keys})
    assert books(len(keys)) == (PAID * len(keys), BACK * len(keys), 0, 0)


def books(orders: int) -> tuple[int, int, int, int]:
    """Sum what the ledger says was paid and given back, what is still promised, and where balances differ from it."""
    sums = {
        direction: Entry.objects.filter(direction=direction).aggregate(sum=Sum("amount_minor"))["sum"]
        for direction in ("payment", "refund")
    }
    promised, differing = 0, 0
    for table in (OrderBalance, PaymentBalance):
        rows = list(table.objects.values_list("paid_minor", "claimed_minor", "refunded_minor"))
        promised += sum(row[1] for row in rows)
        differing += sum(row != (PAID, 0, BACK) for row in rows) + (len(rows) != orders)
    return sums["payment"], sums["refund"], promised, differing

"""A tenfold burst of orders: nothing is lost, and urgent orders are audited in time where surge mode is on.

The house is small: one person at a time audits 30 orders an hour, by the next due clock; usually as many come. Then 80
come within 16 minutes, one in four of them urgent (eight minutes), one in four of low priority.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from msgspec import Struct

from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import PolicyDraft, add_policy, forget_policies
from steward.modules.incidents import commands, queries
from steward.modules.orders.commands.audit import approve_orders
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.queries import work
from steward.modules.orders.rules.drafts import LineDraft, Priority
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PER_MINUTE, MINUTES = 5, 16
SENT = PER_MINUTE * MINUTES
WATCHED_MIN = 28
URGENT_S = 480
PRICE_MINOR = 100_000
MODEST, LARGE = 6, 12  # pieces: 6,000 yuan pass once the limit of 5,000 is doubled, 12,000 never
CALM = {"waiting": 12, "calm_below": 3, "calm_min": 5}
EACH_TAKES_MIN = 2


class Told(Struct):
    """What became of the burst: clocks missed by priority, and how many orders stand in which state."""

    missed: dict[str, int]
    approved: int
    in_audit: int


def priority_of(number: int) -> Priority:
    if number % 4 == 0:
        return "urgent"
    return "low" if number % 4 == 1 else "normal"


def intake(number: int) -> Intake:
    """Make the number-th order of the burst; it is paid, and dear enough to need a person."""
    pieces = LARGE if number % 3 == 0 else MODEST
    draft = make.draft(
        f"B-{number}",
        lines=[LineDraft(sku="TENT-2", quantity=pieces, unit_price_minor=PRICE_MINOR)],
        payments=[make.payment(pieces * PRICE_MINOR, f"T-{number}")],
        priority=priority_of(number),
        **make.somebody(number),
    )
    return Intake(draft=draft, source="api")


def burst(*, with_plan: bool) -> Told:
    """Let the burst come and nearly half an hour pass. Returns what became of it."""
    make.item(price_minor=PRICE_MINOR, stock=LARGE * SENT)
    limit = PolicyDraft(
        rank=50,
        target_s=URGENT_S,
        responsible_role="order_checker",
        condition=[{"fact": "priority", "op": "is", "value": "urgent"}],
    )
    add_policy(make.TESTER, subject_kind="order", clock_kind="order_audit", code="urgent", draft=limit)
    forget_policies()
    (plan,) = queries.plans()
    draft = commands.PlanDraft(
        name=plan.name,
        queue="audit",
        by_rule=with_plan,
        trigger=CALM,
        actions=[{"kind": "raise_limits", "percent": 200}, {"kind": "postpone_low"}],
    )
    commands.save_plan(make.TESTER, code=plan.code, draft=draft, reason="drill", seen_version=plan.version)
    auditors, ids = [make.staff("chen"), make.staff("zhao")], dict[int, Priority]()
    settled = 0
    for minute in range(WATCHED_MIN):
        now = make.NOW + timedelta(minutes=minute)
        if minute < MINUTES:
            numbers = range(minute * PER_MINUTE, (minute + 1) * PER_MINUTE)
            receipts = receive_orders(make.TESTER, intakes=[intake(number) for number in numbers], now=now)
            ids |= {one.order_id: priority_of(number) for one, number in zip(receipts, numbers, strict=True)}
        with time_machine.travel(now, tick=False):
            commands.sample_queue(make.TESTER, queue="audit", now=now)
            commands.judge_queue(make.TESTER, queue="audit", now=now)
            if with_plan and minute <= MINUTES:  # approvals by themselves are what the plan adds
                settled = make.settle(after=settled)
        if minute % EACH_TAKES_MIN == 0:
            audit(auditors[minute // EACH_TAKES_MIN % 2], now)
    return told(ids, make.NOW + timedelta(minutes=WATCHED_MIN))


def audit(auditor: object, now: datetime) -> None:
    """Let the auditor whose turn it is approve what is due next."""
    waiting = [one for one in work.audit_queue(limit=1) if one.clock and one.clock.due_at]
    if waiting:
        late = waiting[0].clock is not None and waiting[0].clock.due_at is not None and waiting[0].clock.due_at < now
        cause = "too_much_work" if late else ""
        approve_orders(auditor, order_ids=[waiting[0].id], now=now, late_cause=cause)  # type: ignore[arg-type]


def told(ids: dict[int, Priority], now: datetime) -> Told:
    """Count what was missed and where the orders stand."""
    missed = {"urgent": 0, "normal": 0, "low": 0}
    for order_id, priority in ids.items():
        clocks = [one for one in deadlines.clocks_of("order", order_id) if one.kind == "order_audit"]
        missed[priority] += any(one.state(now).state == "breached" for one in clocks)
    in_audit = len(work.still_in("audit", list(ids)))
    return Told(missed, len(work.still_in("approved", list(ids))), in_audit)


def test_with_surge_mode_nothing_is_lost_and_urgent_orders_are_in_time() -> None:
    found = burst(with_plan=True)
    assert found.approved + found.in_audit == SENT
    assert found.missed["urgent"] == 0
    (surge,) = queries.surge_page()
    assert surge.most_waiting >= CALM["waiting"]
    assert surge.changes > 1


def test_without_it_the_same_burst_misses_what_is_urgent() -> None:
    found = burst(with_plan=False)
    assert found.approved + found.in_audit == SENT
    assert found.missed["urgent"] > 0
    assert queries.surge_page() == []

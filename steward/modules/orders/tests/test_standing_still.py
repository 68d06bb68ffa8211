"""The audit's hour stands still while a hold or the second look has the order, and loses nothing it had used."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.deadlines.commands import sweep_due
from steward.modules.deadlines.queries import ClockView, clocks_of, histories_of
from steward.modules.orders.commands import screening_deciding
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.models import Order
from steward.modules.orders.rules.drafts import OriginDraft
from steward.modules.orders.rules.standing_still import waits_for
from tests import make

pytestmark = pytest.mark.django_db
NOW, MINUTE, HOUR = make.NOW, timedelta(minutes=1), timedelta(hours=1)
HASTY = OriginDraft(device_id="dev-77aa", ip="203.0.113.9", registered_at=NOW - timedelta(seconds=12))
BIG = 60_000_00


@pytest.fixture(autouse=True)
def goods() -> None:
    make.item(stock=50, price_minor=19_900)


def dear(*, origin: OriginDraft | None = None, source: str = "api", actor: object = None) -> int:
    """Take in a paid order whose total is above the limit, so that a person has to audit it."""
    draft = make.draft(quantity=40, payments=[make.payment(40 * 19_900)], origin=origin)
    intake = Intake(draft=draft, source=source)  # type: ignore[arg-type]
    received = receive_orders(actor or make.TESTER, intakes=[intake], now=NOW)[0]  # type: ignore[arg-type]
    return received.order_id or 0


def settle(at: datetime) -> None:
    with moment.frozen(at):
        make.settle()


def audit_clock(order_id: int) -> ClockView:
    return next(one for one in clocks_of("order", order_id) if one.kind == "order_audit")


def happened(clock: ClockView) -> list[tuple[str, str]]:
    return [(line.what, line.reason) for line in histories_of([clock.id])[clock.id]]


def test_a_held_order_costs_its_audit_no_time() -> None:
    # given: a dear order that is screened ten minutes after it came in, and held
    order_id = dear(origin=HASTY)
    settle(NOW + 10 * MINUTE)
    clock = audit_clock(order_id)
    assert clock.state(NOW + 2 * HOUR).state == "paused"
    assert clock.used_s(NOW + 2 * HOUR) == 600
    # when: the sweep comes by, and hours later somebody releases it
    sweep_due(system("deadlines.sweep"), now=NOW + 3 * HOUR)
    screening_deciding.release_hold(make.checker_chen(), order_id=order_id, reason="电话核实", now=NOW + 3 * HOUR)
    # then: fifty minutes are left, nothing was missed, and the history says why it stood still
    clock = audit_clock(order_id)
    assert clock.due_at == NOW + 3 * HOUR + 50 * MINUTE
    assert clock.outcome == "running"
    assert happened(clock) == [("paused", "held_by_screening"), ("resumed", "released")]


def test_an_audit_that_was_late_before_the_hold_stays_late() -> None:
    order_id = dear(origin=HASTY)
    settle(NOW + 70 * MINUTE)
    clock = audit_clock(order_id)
    assert (clock.outcome, clock.breached_at) == ("breached", NOW + HOUR)
    screening_deciding.release_hold(make.checker_chen(), order_id=order_id, reason="电话核实", now=NOW + 3 * HOUR)
    assert audit_clock(order_id).due_at == NOW + HOUR


def test_an_entry_that_waits_for_the_second_look_costs_its_audit_no_time() -> None:
    # given: Lin typed a dear order; checked five minutes after she took it in
    order_id = dear(source="form", actor=make.clerk_lin())
    settle(NOW + 5 * MINUTE)
    assert happened(audit_clock(order_id)) == [("paused", "awaits_verification")]
    waiting = next(one for one in clocks_of("approval", approval_of(order_id)))
    assert (waiting.kind, waiting.due_at) == ("approval_decision", NOW + 65 * MINUTE)
    # when: Chen agrees two hours later
    with moment.frozen(NOW + 2 * HOUR):
        make.checked(order_id)
    # then: the audit has fifty-five minutes left
    clock = audit_clock(order_id)
    assert Order.objects.get().state == "audit"
    assert clock.used_s(NOW + 2 * HOUR) == 300
    assert clock.due_at == NOW + 2 * HOUR + 55 * MINUTE


def test_hold_and_second_look_at_once_lose_no_time_either() -> None:
    order_id = dear(source="form", actor=make.clerk_lin(), origin=HASTY)
    settle(NOW + 10 * MINUTE)
    with moment.frozen(NOW + HOUR):
        screening_deciding.release_hold(make.checker_chen(), order_id=order_id, reason="电话核实", now=NOW + HOUR)
    assert audit_clock(order_id).state(NOW + 90 * MINUTE).state == "paused"
    with moment.frozen(NOW + 2 * HOUR):
        make.checked(order_id)
    clock = audit_clock(order_id)
    assert clock.used_s(NOW + 2 * HOUR) == 600
    assert [what for what, _why in happened(clock)] == ["paused", "resumed", "paused", "resumed"]


def test_an_order_that_was_held_while_its_address_was_mended_goes_on_being_mended() -> None:
    draft = make.draft(payments=[make.payment()], origin=HASTY, recipient=make.recipient(street=""))
    order_id = receive_orders(make.TESTER, intakes=[Intake(draft=draft, source="api")], now=NOW)[0].order_id or 0
    settle(NOW + MINUTE)
    running = next(one for one in clocks_of("order", order_id) if one.kind == "order_mend")
    assert running.state(NOW + 2 * MINUTE).state == "running"


def test_a_second_run_changes_nothing() -> None:
    order_id = dear(origin=HASTY)
    settle(NOW + 10 * MINUTE)
    before = audit_clock(order_id)
    for minutes in (11, 12, 90):
        advance_orders(system("orders"), order_ids=[order_id], now=NOW + minutes * MINUTE)
    assert audit_clock(order_id) == before
    assert len(happened(before)) == 1


@pytest.mark.parametrize(
    ("state", "held", "looked_at", "errors", "settled", "goods_at", "expected"),
    [
        ("audit", True, True, False, True, "promised", "held_by_screening"),
        ("audit", False, True, False, True, "promised", "awaits_verification"),
        ("audit", False, False, False, True, "promised", None),
        ("received", True, False, False, True, "promised", "held_by_screening"),
        ("received", True, False, True, True, "promised", None),
        ("received", True, False, False, True, "short", None),
        ("checked", True, False, False, True, "promised", "held_by_screening"),
        ("checked", True, False, False, False, "promised", None),
        ("received", False, True, False, True, "promised", None),
        ("approved", True, True, False, True, "promised", None),
    ],
)
def test_a_step_waits_only_for_what_keeps_it(
    state: str, held: bool, looked_at: bool, errors: bool, settled: bool, goods_at: str, expected: str | None
) -> None:
    assert expected == waits_for(
        state=state,
        is_held=held,
        awaits_verification=looked_at,
        has_errors=errors,
        may_go_on=settled,
        fulfilment_state=goods_at,
    )


def approval_of(order_id: int) -> int:
    """Return the request for the second look at an order."""
    return Order.objects.get(id=order_id).verifications.get().approval_id or 0

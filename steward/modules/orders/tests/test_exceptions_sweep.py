"""The sweep of the exceptions desk: what is known already costs it nothing but a look by the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from steward.modules.catalog.models import Item
from steward.modules.orders.commands import exceptions, exceptions_detecting, exceptions_muting
from steward.modules.orders.commands.exceptions_opening import Fact
from steward.modules.orders.commands.progress import MISMATCH
from steward.modules.orders.models import Detector, ExceptionCase, Order, OrderFinding
from steward.modules.orders.queries.exceptions import ExceptionFilters, exceptions_page
from steward.modules.orders.rules.detectors import SWEPT
from steward.modules.orders.rules.drafts import LineDraft
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BATCH = 2


def paid_orders(*numbers: str) -> list[int]:
    """Take in paid orders that wait for a person, because they lack a street."""
    if not Item.objects.filter(sku="TENT-2").exists():
        make.item(stock=500)
    return [
        make.order(
            number, payments=[make.payment(transaction=f"T-{number}")], recipient=make.recipient(street="")
        ).order_id
        or 0
        for number in numbers
    ]


def sweep(after: timedelta) -> exceptions_detecting.Swept:
    return exceptions_detecting.sweep(make.TESTER, now=make.NOW + after, batch=BATCH)


def statements(after: timedelta) -> int:
    with CaptureQueriesContext(connection) as asked:
        sweep(after)
    return len(asked)


def test_a_sweep_that_finds_nothing_new_asks_as_often_however_much_is_known() -> None:
    paid_orders("A-1")
    sweep(5 * HOUR)
    few = statements(5 * HOUR)
    paid_orders(*[f"B-{number}" for number in range(7)])
    sweep(5 * HOUR)
    assert ExceptionCase.objects.filter(state="open").count() > 3 * BATCH
    assert statements(5 * HOUR) == few


def test_what_is_known_never_leaves_the_database() -> None:
    paid_orders("A-1", "A-2")
    sweep(5 * HOUR)
    paid_orders("A-3")
    now = make.NOW + 5 * HOUR
    detector = Detector.objects.get(code="paid_not_approved")
    assert [fact.order_id for fact in exceptions_detecting.unknown(detector, now)] == [
        Order.objects.get(external_number="A-3").id
    ]
    assert exceptions_detecting.gone(detector, now) == []


def test_every_detector_answers_both_questions_batch_by_batch() -> None:
    now = make.NOW + 5 * HOUR
    paid_orders(*[f"A-{number}" for number in range(2 * BATCH + 1)])
    first = sweep(5 * HOUR)
    assert first.opened == ExceptionCase.objects.count() > 2 * BATCH
    for detector in Detector.objects.filter(code__in=SWEPT):
        assert exceptions_detecting.unknown(detector, now) == []
        assert exceptions_detecting.gone(detector, now) == []
    Order.objects.update(state="cancelled", cancel_cause="customer")
    assert sweep(5 * HOUR).closed == first.opened
    assert not ExceptionCase.objects.exclude(state="solved").exists()


def test_an_order_that_gets_stuck_again_elsewhere_is_another_fact() -> None:
    (order_id,) = paid_orders("A-1")
    sweep(timedelta(days=3))
    since = make.NOW + timedelta(days=3)
    Order.objects.filter(id=order_id).update(state="audit", state_since=since)
    sweep(timedelta(days=3, hours=1))
    sweep(timedelta(days=3, hours=3))
    stuck = ExceptionCase.objects.filter(detector__code="stuck").order_by("id")
    assert [(case.state, case.facts["state"]) for case in stuck] == [("solved", "received"), ("open", "audit")]


def test_what_ended_with_its_order_closes_and_the_rest_stays() -> None:
    ended, live = paid_orders("A-1", "A-2")
    wang = make.agent_wang()
    for order_id in (ended, live):
        exceptions.record_change_request(wang, order_id=order_id, wish="别的地址", now=make.NOW)
    Order.objects.filter(id=ended).update(state="cancelled", cancel_cause="customer")
    sweep(HOUR)
    states = dict(ExceptionCase.objects.filter(detector__code="change_request").values_list("order_id", "state"))
    assert states == {ended: "solved", live: "open"}


def test_money_that_was_looked_at_closes_its_exception_and_no_other() -> None:
    (order_id,) = paid_orders("A-1")
    facts = [Fact(order_id, f"entry:{entry}", order_id, {"entry_id": entry}) for entry in (7, 8)]
    exceptions_detecting.note_facts(make.TESTER, code="payment_trouble", facts=facts, now=make.NOW)
    OrderFinding.objects.create(
        order_id=order_id,
        field="payments",
        code=MISMATCH,
        severity="error",
        params={"entry": 7},
        resolved_at=make.NOW,
        resolution="accepted",
    )
    sweep(timedelta())
    states = dict(ExceptionCase.objects.filter(detector__code="payment_trouble").values_list("fact", "state"))
    assert states == {"entry:7": "solved", "entry:8": "open"}


def test_orders_with_the_same_goods_in_another_order_of_lines_are_twins_and_others_are_not() -> None:
    make.item(stock=50)
    make.item("LAMP", stock=50)
    lines = [
        LineDraft(sku="TENT-2", unit_price_minor=10_000),
        LineDraft(sku="LAMP", quantity=2, unit_price_minor=5_000),
    ]
    for number, goods in (
        ("A-1", lines),
        ("A-2", lines[::-1]),
        ("A-3", [replace(lines[0], sku="LAMP"), replace(lines[1], sku="TENT-2")]),
    ):
        make.order(number, lines=goods)
    sweep(HOUR)
    twins = ExceptionCase.objects.filter(detector__code="duplicate")
    assert [(case.order.external_number, case.facts["twin"]) for case in twins if case.order] == [
        ("A-2", Order.objects.get(external_number="A-1").number)
    ]


def test_the_one_that_is_due_next_comes_first_and_every_open_one_is_on_some_page() -> None:
    ids = paid_orders(*[f"A-{number}" for number in range(5)])
    sweep(5 * HOUR)
    Order.objects.filter(id=ids[-1]).update(fulfilment_state="released")
    sweep(5 * HOUR)
    expected = set(ExceptionCase.objects.filter(state="open").values_list("id", flat=True))
    urgent = ExceptionCase.objects.get(detector__code="stock_lost").id
    assert urgent == max(expected)

    seen: list[int] = []
    after: int | None = None
    while not seen or after is not None:
        rows, after = exceptions_page(ExceptionFilters(), after=after, limit=3)
        seen += [row.id for row in rows]
        exceptions.dismiss_exception(make.checker_chen(), exception_id=seen[-1], reason="looked", now=make.NOW)
    assert seen[0] == urgent
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_what_is_muted_sleeps_until_its_mute_ends_batch_by_batch() -> None:
    paid_orders("A-1", "A-2", "A-3", "A-4", "A-5")
    exceptions_muting.mute_exceptions(
        make.manager_zhao(),
        detector="paid_not_approved",
        condition=[{"fact": "source", "op": "is", "value": "api"}],
        until=make.NOW + 6 * HOUR,
        reason="the shop sends tests",
        now=make.NOW,
    )
    assert sweep(5 * HOUR).muted == 5
    assert sweep(6 * HOUR).unmuted == 5
    assert set(ExceptionCase.objects.filter(detector__code="paid_not_approved").values_list("state", flat=True)) == {
        "open"
    }

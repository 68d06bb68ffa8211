"""Goods are given up once, by two people, and held while they decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from steward.kernel import errors
from steward.kernel.actor import NotPermitted
from steward.kernel.models import Event
from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as asked_for
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.approvals.rules import Tier
from steward.modules.inventory import queries
from steward.modules.inventory.commands import ending_write_offs
from steward.modules.inventory.commands.clearing import CostDraft, set_costs
from steward.modules.inventory.commands.moving import NotThere
from steward.modules.inventory.commands.writing_off import (
    DecidedAlready,
    UnfitWriteOff,
    WriteOffDraft,
    ask_write_offs,
    withdraw_write_off,
)
from steward.modules.inventory.models import Movement, Stock, WriteOff
from steward.modules.inventory.queries import write_offs
from steward.modules.inventory.tests import counting, stage
from steward.modules.messaging.models import Notice
from steward.modules.people import queries as people
from tests import make

pytestmark = pytest.mark.django_db
YESTERDAY = date(2026, 3, 1)


def ask(stock_id: int, quantity: int = 2, cause: str = "damaged", note: str = "受潮") -> str:
    """Let manager Zhao, who also keeps the stock of this small house, ask for a write-off; return its number."""
    draft = WriteOffDraft(stock_id, quantity, cause, note)
    return ask_write_offs(make.manager_zhao(), drafts=[draft], now=make.NOW)[0]


def decide(number: str, verdict: str = "grant", *, by: str = "admin") -> None:
    """Let somebody decide, and what follows follow."""
    approval_id = write_offs.write_off(number).approval_id or 0
    actor: Any = make.staff(by)
    approvals.decide(actor, approval_id=approval_id, verdict=verdict, reason="看过实物", now=make.NOW)  # type: ignore[arg-type]
    make.settle()


def held(stock_id: int) -> tuple[int, int]:
    row = Stock.objects.get(id=stock_id)
    return row.on_hand, row.held


def test_goods_are_held_while_it_waits_and_gone_with_one_movement_when_it_is_agreed_to() -> None:
    item = make.item(stock=5)
    row = stage.row_of(item).id

    number = ask(row)
    waiting = (held(row), stage.balances(item))
    decide(number)

    assert waiting == ((5, 2), (3, 0))
    assert (held(row), stage.balances(item)) == ((3, 0), (3, 0))
    gone = Movement.objects.get(kind="written_off")
    assert (gone.quantity, gone.reference, gone.reason, gone.on_hand_after) == (-2, number, "破损 受潮", 3)
    view = write_offs.write_off(number)
    assert (view.state, view.value_minor, view.basis, view.end_note) == ("written_off", 39_800, "price", "看过实物")
    assert queries.differences() == []
    assert Notice.objects.filter(template="write_off_ended").count() == 1


@pytest.mark.parametrize(("verb", "state"), [("refuse", "declined"), ("withdraw", "withdrawn"), ("lapse", "lapsed")])
def test_goods_that_are_kept_after_all_are_free_again(verb: str, state: str) -> None:
    item = make.item(stock=5)
    row = stage.row_of(item).id
    number = ask(row)

    if verb == "refuse":
        decide(number, "refuse")
    elif verb == "withdraw":
        withdraw_write_off(make.manager_zhao(), number=number, reason="找到了", now=make.NOW)
    else:
        approvals.expire_due(make.TESTER, now=make.NOW + timedelta(days=4))
    make.settle()

    assert write_offs.write_off(number).state == state
    assert (held(row), stage.balances(item)) == ((5, 0), (5, 0))
    assert not Movement.objects.filter(kind="written_off").exists()
    assert queries.differences() == []
    assert asked_for.approvals_of("write_off", [WriteOff.objects.get().id])[0].state != "open"


def test_an_order_that_waits_gets_what_is_kept_after_all() -> None:
    item = make.item(stock=2)
    number = ask(stage.row_of(item).id)
    order = make.order("A-1", quantity=2)
    make.settle()
    assert queries.promises_of_order(order.order_id) == []

    decide(number, "refuse")

    assert [one.quantity for one in queries.promises_of_order(order.order_id)] == [2]


def test_nobody_agrees_to_their_own_wish() -> None:
    number = ask(stage.row_of(make.item(stock=5)).id)

    with pytest.raises(approvals.OwnMatter):
        decide(number, by="zhao")

    assert write_offs.write_off(number).state == "waiting"


def test_what_is_promised_or_set_aside_stays() -> None:
    item = make.item(stock=5)
    make.arrival(item, 3, warehouse="chengdu")
    row = stage.row_of(item).id
    stage.promise(make.TESTER, order_id=1, units={item: 6})
    stage.set_aside(1, item, 4)

    for pieces, free in ((3, 1), (2, 1)):
        with pytest.raises(UnfitWriteOff, match=str(free)):
            ask(row, pieces)
    ask(row, 1)

    assert held(row) == (5, 1)
    assert stage.promise(make.TESTER, order_id=2, units={item: 2}) != {}
    assert queries.differences() == []


def test_what_one_pool_has_free_is_given_up_once() -> None:
    item = make.item(stock=5)
    make.arrival(item, 5, warehouse="chengdu")
    first, second = stage.row_of(item).id, stage.row_of(item, warehouse="chengdu").id
    stage.grade(second, 1, "damaged")
    damaged = stage.row_of(item, warehouse="chengdu", condition="damaged").id
    stage.promise(make.TESTER, order_id=1, units={item: 3})
    drafts = [
        WriteOffDraft(first, 4, "damaged", "坏"),
        WriteOffDraft(second, 4, "damaged", "坏"),
        WriteOffDraft(damaged, 1, "damaged", "坏"),
        WriteOffDraft(first, 1, "stolen", "?"),
    ]

    with pytest.raises(UnfitWriteOff, match="2") as refused:
        ask_write_offs(make.TESTER, drafts=drafts, now=make.NOW)
    fitting = [drafts[0], WriteOffDraft(second, 2, "damaged", "坏"), drafts[2]]
    ask_write_offs(make.TESTER, drafts=fitting, now=make.NOW)

    assert [(one["field"], one["code"]) for one in refused.value.findings] == [
        ("write_offs.1.quantity", "not_free"),
        ("write_offs.3.cause", "unknown_cause"),
    ]
    assert (held(first), held(second), held(damaged)) == ((5, 4), (4, 2), (1, 1))
    assert queries.differences() == []


def test_held_goods_cannot_be_taken_otherwise() -> None:
    item = make.item(stock=5)
    row = stage.row_of(item).id
    stage.grade(row, 3, "damaged")
    damaged = stage.row_of(item, condition="damaged").id
    ask(damaged, 3)

    with pytest.raises(NotThere):
        stage.grade(damaged, 1, "sellable")

    assert held(damaged) == (3, 3)


def test_the_same_goods_and_cause_wait_once() -> None:
    row = stage.row_of(make.item(stock=9)).id
    number = ask(row, 2)

    with pytest.raises(UnfitWriteOff, match=number):
        ask(row, 2)
    ask(row, 1, "lost", "盘点少一件")

    assert held(row) == (9, 3)


def test_every_unfit_line_is_named_and_nothing_is_held() -> None:
    item = make.item(shelf_life_days=90)
    make.arrival_of_lots(item, {"OLD": YESTERDAY, "NEW": YESTERDAY + timedelta(days=60)})
    fresh, old = stage.row_of(item, lot="NEW").id, stage.row_of(item, lot="OLD").id
    drafts = [
        WriteOffDraft(old, 2, "expired"),
        WriteOffDraft(old, 1, "expired"),
        WriteOffDraft(fresh, 6, "damaged", "坏"),
        WriteOffDraft(fresh, 1, "expired"),
        WriteOffDraft(fresh, 1, "lost"),
        WriteOffDraft(fresh, 1, "stolen", "?"),
        WriteOffDraft(fresh, 0, "obsolete", "停产"),
        WriteOffDraft(999_999, 1, "lost", "?"),
    ]

    with pytest.raises(UnfitWriteOff) as refused:
        ask_write_offs(make.TESTER, drafts=drafts, now=make.NOW)

    assert [(one["field"].split(".", 1)[1], one["code"]) for one in refused.value.findings] == [
        ("1.stock_id", "twice"),
        ("2.quantity", "not_free"),
        ("3.cause", "not_expired"),
        ("4.note", "note_missing"),
        ("5.cause", "unknown_cause"),
        ("6.quantity", "counts"),
        ("7.stock_id", "unknown_stock"),
    ]
    assert not WriteOff.objects.exists()
    assert not Stock.objects.filter(held__gt=0).exists()
    assert not Event.objects.filter(kind="inventory.write_off_asked").exists()


def test_a_lot_that_expires_while_it_waits_stays_held_and_the_rest_goes_into_quarantine() -> None:
    item = make.item(shelf_life_days=90)
    make.arrival_of_lots(item, {"L": make.NOW.date()})
    row = stage.row_of(item, lot="L").id
    number = ask(row, 2)

    stage.expire(make.NOW + timedelta(days=1))
    kept = held(row)
    decide(number)

    assert kept == (2, 2)
    assert held(row) == (0, 0)
    assert stage.row_of(item, lot="L", condition="quarantine").on_hand == 3
    assert queries.differences() == []


@pytest.mark.parametrize(
    ("cost", "role", "needed"), [(100, "after_sales_manager", 1), (150_000, "finance", 1), (1_500_000, "finance", 2)]
)
def test_the_value_says_who_has_to_agree(cost: int, role: str, needed: int) -> None:
    row = stage.row_of(make.item(stock=5)).id
    set_costs(make.TESTER, costs=[CostDraft("TENT-2", cost, "CNY")], now=make.NOW)

    ask(row, 2)

    request = asked_for.approvals_of("write_off", [WriteOff.objects.get().id])[0]
    assert (request.role, request.needed, request.amount_minor) == (role, needed, 2 * cost)


def test_who_set_the_cost_never_decides_what_it_weighs() -> None:
    row = stage.row_of(make.item(stock=5)).id
    set_costs(make.administrator(), costs=[CostDraft("TENT-2", 1, "CNY")], now=make.NOW)
    number = ask(row)

    with pytest.raises(approvals.OwnMatter):
        decide(number)

    request = asked_for.approvals_of("write_off", [WriteOff.objects.get().id])[0]
    assert request.involved == sorted([make.administrator().id, make.manager_zhao().id])
    assert write_offs.write_off(number).state == "waiting"


def test_who_may_ask_sets_no_cost() -> None:
    make.item(stock=5)
    cost = CostDraft("TENT-2", 0, "CNY")

    with pytest.raises(NotPermitted):
        set_costs(make.manager_zhao(), costs=[cost], now=make.NOW)

    assert {role.code for role in people.roles() if "stock.costs" in role.permissions} == {"finance"}
    assert set_costs(make.administrator(), costs=[cost], now=make.NOW) == 1


def test_slices_count_together_towards_the_limit() -> None:
    row = stage.row_of(make.item(stock=60)).id
    set_costs(make.TESTER, costs=[CostDraft("TENT-2", 10_000, "CNY")], now=make.NOW)

    ask(row, 15)
    ask(row, 6, "lost", "少了")

    first, second = (asked_for.approvals_of("write_off", [one.id])[0] for one in WriteOff.objects.order_by("id"))
    assert (first.role, second.role) == ("after_sales_manager", "finance")
    assert second.facts["given_up_before_minor"] == 150_000


def test_slices_in_another_currency_are_not_forgotten() -> None:
    row = stage.row_of(make.item(stock=60)).id
    set_costs(make.TESTER, costs=[CostDraft("TENT-2", 10_000, "CNY")], now=make.NOW)
    ask(row, 15)
    set_costs(make.TESTER, costs=[CostDraft("TENT-2", 1_400, "USD")], now=make.NOW)

    ask(row, 6, "lost", "少了")

    request = asked_for.approvals_of("write_off", [WriteOff.objects.latest("id").id])[0]
    assert (request.role, request.needed) == ("finance", 2)
    assert (request.amount_minor, request.currency) == (8_400, "USD")


def test_where_nobody_has_to_agree_the_goods_are_gone_at_once() -> None:
    row = stage.row_of(make.item(stock=5)).id
    policy = next(one for one in asked_for.policies() if one.kind == "write_off")
    free = [Tier(deciders=0, currency="CNY")]
    approvals.set_policy(make.administrator(), kind="write_off", tiers=free, version=policy.version)

    number = ask(row)

    assert (write_offs.write_off(number).state, held(row)) == ("written_off", (3, 0))


def test_a_verdict_that_is_told_twice_writes_off_once() -> None:
    row = stage.row_of(make.item(stock=5)).id
    number = ask(row)
    decide(number)
    view = asked_for.approvals_of("write_off", [WriteOff.objects.get().id])[0]
    told = ApprovalSettled(
        approval_id=view.id, kind=view.kind, about_kind=view.subject_kind, about_id=view.subject_id,
        outcome="granted", reason="",
    )  # fmt: skip

    assert ending_write_offs.follow_approvals(make.TESTER, settled=[told], now=make.NOW) == 0
    assert Movement.objects.filter(kind="written_off").count() == 1


def test_what_was_decided_cannot_be_called_off_any_more() -> None:
    number = ask(stage.row_of(make.item(stock=5)).id)
    approval_id = write_offs.write_off(number).approval_id or 0
    approvals.decide(make.administrator(), approval_id=approval_id, verdict="grant", now=make.NOW)

    with pytest.raises(DecidedAlready):
        withdraw_write_off(make.manager_zhao(), number=number, now=make.NOW)
    make.settle()
    with pytest.raises(errors.NotPossible):
        withdraw_write_off(make.manager_zhao(), number=number, now=make.NOW)

    assert write_offs.write_off(number).state == "written_off"


def test_the_database_lets_nothing_go_that_nobody_agreed_to() -> None:
    number = ask(stage.row_of(make.item(stock=5)).id)
    row = WriteOff.objects.get()
    changes: list[dict[str, Any]] = [{"state": "written_off", "ended_at": make.NOW}, {"quantity": 1}]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            WriteOff.objects.filter(id=row.id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Movement.objects.create(
            warehouse_id=row.stock.warehouse_id, item_id=row.stock.item_id, lot_id=row.stock.lot_id, quantity=-2,
            kind="written_off", on_hand_after=3, reference=number, reason="?", actor="somebody",
        )  # fmt: skip


def test_it_takes_a_right_to_ask_and_none_to_be_refused() -> None:
    row = stage.row_of(make.item(stock=5)).id

    with pytest.raises(NotPermitted):
        ask_write_offs(make.checker_chen(), drafts=[WriteOffDraft(row, 1, "lost", "?")], now=make.NOW)

    assert held(row) == (5, 0)


def test_what_a_count_would_find_missing_is_not_given_up_as_lost_meanwhile() -> None:
    row = stage.row_of(make.item(stock=5)).id
    number = counting.planned("lin")

    with pytest.raises(UnfitWriteOff, match=number) as refused:
        ask(row, cause="lost")

    assert [(one["field"], one["code"]) for one in refused.value.findings] == [("write_offs.0.cause", "being_counted")]
    assert held(row) == (5, 0)
    assert ask(row, cause="damaged")


@pytest.mark.parametrize("granted_before_booking", [False, True])
def test_pieces_given_up_as_lost_before_a_count_are_not_missed_again(granted_before_booking: bool) -> None:
    row = stage.row_of(make.item(stock=10)).id
    wish = ask(row, quantity=2, cause="lost")
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 7})
    counting.recounted(number, {"TENT-2": 7})
    after = counting.LATER + timedelta(hours=1)

    def grant() -> None:
        approval_id = write_offs.write_off(wish).approval_id or 0
        approvals.decide(make.administrator(), approval_id=approval_id, verdict="grant", now=after)
        settled = ApprovalSettled(
            approval_id=approval_id, kind="write_off", about_kind="write_off", about_id=0, outcome="granted", reason=""
        )
        ending_write_offs.follow_approvals(make.TESTER, settled=[settled], now=after)

    if granted_before_booking:
        grant()
    counting.agreed(number, by="admin")
    if not granted_before_booking:
        grant()

    assert (counting.line(number).booked, held(row)) == (-1, (7, 0))
    assert queries.differences() == []

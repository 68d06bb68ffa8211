"""Goods are asked for, agreed to, called off, reserved and moved away at once: given up once, and never too many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.db.models import Sum

from steward.kernel.actor import Actor
from steward.kernel.errors import Refusal
from steward.modules.approvals import commands as approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.inventory import queries
from steward.modules.inventory.commands.clearing import propose_lot_transfer
from steward.modules.inventory.commands.ending_write_offs import follow_approvals
from steward.modules.inventory.commands.planning import DemandRow, note_demand
from steward.modules.inventory.commands.regrading import quarantine_expired
from steward.modules.inventory.commands.reserving import Placement
from steward.modules.inventory.commands.writing_off import WriteOffDraft, ask_write_offs, withdraw_write_off
from steward.modules.inventory.models import Movement, Promise, Stock, Supply, WriteOff
from steward.modules.inventory.tests import stage
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TODAY = date(2026, 3, 2)


def ask(actor: Actor, stock_id: int, quantity: int, cause: str = "damaged") -> str:
    """Ask for a write-off, or name the refusal."""
    try:
        drafts = [WriteOffDraft(stock_id, quantity, cause, "抢着报废")]
        return ask_write_offs(actor, drafts=drafts, now=make.NOW)[0]
    except Refusal as refused:
        return refused.code


def refused_or(work: Callable[[], object]) -> str:
    """Do it, or name the refusal."""
    try:
        work()
    except Refusal as refused:
        return refused.code
    return "done"


def settled(row: WriteOff, outcome: str) -> ApprovalSettled:
    return ApprovalSettled(
        approval_id=row.approval_request_id or 0, kind="write_off", about_kind="write_off", about_id=row.id,
        outcome=outcome, reason="",
    )  # fmt: skip


def assert_sound() -> None:
    """Assert that nothing is set aside that is not there, and that the ledgers prove every balance."""
    assert queries.differences() == []
    for row in Stock.objects.all():
        assert 0 <= row.reserved + row.held <= row.on_hand
    for promise in Promise.objects.all():
        assert 0 <= promise.promised <= promise.sellable
    given = WriteOff.objects.filter(state="written_off").aggregate(units=Sum("quantity"))["units"] or 0
    gone = Movement.objects.filter(kind="written_off").aggregate(units=Sum("quantity"))["units"] or 0
    assert given == -gone


def test_two_clicks_and_a_colleague_hold_the_goods_once() -> None:
    row = stage.row_of(make.item(stock=9)).id
    zhao, boss = make.manager_zhao(), make.administrator()

    got = at_once(partial(ask, zhao, row, 3), partial(ask, zhao, row, 3), partial(ask, boss, row, 3))

    assert sorted(got)[1:] == ["unfit_write_off", "unfit_write_off"]
    assert (Stock.objects.get().held, WriteOff.objects.count()) == (3, 1)
    assert_sound()


def test_two_causes_that_want_the_last_pieces_do_not_both_get_them() -> None:
    row = stage.row_of(make.item(stock=3)).id
    zhao, boss = make.manager_zhao(), make.administrator()

    got = at_once(partial(ask, zhao, row, 2), partial(ask, boss, row, 2, "lost"))

    assert sorted(one == "unfit_write_off" for one in got) == [False, True]
    assert Stock.objects.get().held == 2
    assert_sound()


def test_an_order_and_a_write_off_that_want_the_last_piece_do_not_both_get_it() -> None:
    item = make.item(stock=1)
    row = stage.row_of(item).id
    zhao = make.manager_zhao()

    got = at_once(
        partial(ask, zhao, row, 1),
        lambda: "short" if stage.promise(make.TESTER, order_id=1, units={item: 1}) else "promised",
    )

    assert [one in ("unfit_write_off", "short") for one in got].count(True) == 1
    assert_sound()


def test_a_grant_that_is_told_from_all_sides_writes_off_once() -> None:
    row = stage.row_of(make.item(stock=5)).id
    number = ask(make.manager_zhao(), row, 2)
    one = WriteOff.objects.get()
    approvals.decide(make.administrator(), approval_id=one.approval_request_id or 0, verdict="grant", now=make.NOW)
    follow = partial(follow_approvals, make.TESTER, settled=[settled(one, "granted")], now=make.NOW)

    assert sorted(at_once(follow, follow, follow, follow)) == [0, 0, 0, 1]
    assert list(Movement.objects.filter(kind="written_off").values_list("reference", "quantity")) == [(number, -2)]
    assert (Stock.objects.get().on_hand, Stock.objects.get().held) == (3, 0)
    assert_sound()


def test_calling_off_and_agreeing_at_once_ends_it_one_way() -> None:
    row = stage.row_of(make.item(stock=5)).id
    zhao, boss = make.manager_zhao(), make.administrator()
    number = ask(zhao, row, 2)
    id_ = WriteOff.objects.get().approval_request_id or 0

    got = at_once(
        lambda: refused_or(partial(withdraw_write_off, zhao, number=number, now=make.NOW)),
        lambda: refused_or(partial(approvals.decide, boss, approval_id=id_, verdict="grant", now=make.NOW)),
    )
    make.settle()

    ended, gone = WriteOff.objects.get().state, Movement.objects.filter(kind="written_off").count()
    assert sorted(one == "done" for one in got) == [False, True]
    assert (ended, gone) in (("withdrawn", 0), ("written_off", 1))
    assert_sound()


def test_goods_that_expire_are_promised_and_set_aside_while_others_ask_for_them() -> None:
    item = make.item(shelf_life_days=90)
    make.arrival_of_lots(item, {"OLD": TODAY, "NEW": TODAY + timedelta(60)}, quantity=12)
    old, new = stage.row_of(item, lot="OLD").id, stage.row_of(item, lot="NEW").id
    zhao, boss = make.manager_zhao(), make.administrator()
    tomorrow = make.NOW + timedelta(days=1)

    def orders() -> str:
        for order in range(1, 9):
            stage.promise(make.TESTER, order_id=order, units={item: 2})
            stage.reserve(make.TESTER, placements=[Placement(order, None, item, (old, new)[order % 2], 2)])
            if order % 3 == 0:
                stage.release(make.TESTER, order_id=order)
        return ""

    def wishes(actor: Actor, cause: str) -> str:
        for pieces in (3, 2, 1):
            for row in (new, old):
                number = ask(actor, row, pieces, cause)
                if number.startswith("WO") and pieces % 2:
                    withdraw_write_off(actor, number=number, now=make.NOW)
        return ""

    def spoil() -> str:
        for _ in range(3):
            refused_or(partial(quarantine_expired, make.TESTER, now=tomorrow))
        return ""

    at_once(orders, spoil, partial(wishes, zhao, "damaged"), partial(wishes, boss, "lost"))
    make.settle()

    assert_sound()


def test_two_people_who_propose_the_same_transfer_at_once_propose_one() -> None:
    item = make.item(shelf_life_days=400)
    make.arrival_of_lots(item, {"L-20": TODAY + timedelta(20)}, quantity=60)
    make.arrival_of_lots(item, {"L-90": TODAY + timedelta(90)}, quantity=5, warehouse="guangzhou")
    note_demand(make.TESTER, rows=[DemandRow(item, "main", TODAY - timedelta(ago), 4) for ago in range(1, 91)])
    row = stage.row_of(item, lot="L-20").id
    propose = partial(propose_lot_transfer, make.TESTER, stock_id=row, now=make.NOW)

    got = at_once(*[lambda: refused_or(propose)] * 3)

    assert sorted(got) == ["already_proposed", "already_proposed", "done"]
    assert Supply.objects.count() == 1

"""Who books goods away by hand beyond a limit needs another person, in slices and through programs as well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as asked_for
from steward.modules.approvals.models import Request
from steward.modules.inventory import queries
from steward.modules.inventory.commands.by_hand import BeingCounted, TooManyWait
from steward.modules.inventory.commands.clearing import CostDraft, set_costs
from steward.modules.inventory.commands.moving import (
    MovementDraft,
    NotThere,
    PromisedAlready,
    Recorded,
    record_movements,
)
from steward.modules.inventory.commands.receiving import ReceiptLine, SentYourself, receive_supply
from steward.modules.inventory.commands.supply import SupplyLineDraft, plan_transfer, send_transfer
from steward.modules.inventory.commands.writing_off import WriteOffDraft, ask_write_offs, withdraw_write_off
from steward.modules.inventory.models import HandBooking, Movement, Stock, WriteOff
from steward.modules.inventory.queries import write_offs
from steward.modules.inventory.tests import counting, stage
from tests import make

pytestmark = pytest.mark.django_db
COST, LIMIT = 10_000, 100_000


def keeper() -> Actor:
    """Return Wang, who keeps the stock of this small house."""
    return counting.counter("wang")


def goods(stock: int = 30, *, cost: int | None = COST, sku: str = "TENT-2") -> int:
    """Put goods on the shelf whose cost finance knows."""
    item = make.item(sku, stock=stock)
    if cost is not None:
        make.cost(sku, minor=cost)
    return item


def leave(item: int, pieces: int, *, by: Actor | None = None, kind: str = "adjusted", after_days: int = 0) -> Recorded:
    """Let the keeper, or somebody else, book pieces away."""
    draft = MovementDraft("hangzhou", item, kind, -pieces, "DOC-7", "找不到了")
    at = make.NOW + timedelta(days=after_days)
    return record_movements(by or keeper(), movements=[draft], now=at)


def held() -> tuple[int, int]:
    row = Stock.objects.get()
    return row.on_hand, row.held


def decide(number: str, verdict: str = "grant", *, by: str = "admin") -> None:
    """Let somebody decide, and what follows follow."""
    approval_id = write_offs.write_off(number).approval_id or 0
    approvals.decide(make.staff(by), approval_id=approval_id, verdict=verdict, reason="看过", now=make.NOW)  # type: ignore[arg-type]
    make.settle()


def test_a_small_correction_goes_at_once() -> None:
    item = goods()

    assert leave(item, 10) == Recorded(1)

    assert held() == (20, 0)
    assert HandBooking.objects.values_list("person", "value_minor", "quantity").get() == (
        keeper().id,
        LIMIT,
        10,
    )
    assert not Request.objects.exists()


@pytest.mark.parametrize("kind", ["adjusted", "shipped"])
def test_a_large_one_is_held_and_booked_as_it_was_meant_when_another_person_agrees(kind: str) -> None:
    item = goods()

    recorded = leave(item, 11, kind=kind)
    (number,) = recorded.waiting
    waiting = (recorded.booked, held(), stage.balances(item), Movement.objects.filter(quantity__lt=0).count())
    decide(number)

    assert waiting == (0, (30, 11), (19, 0), 0)
    assert (held(), stage.balances(item)) == ((19, 0), (19, 0))
    gone = Movement.objects.get(quantity__lt=0)
    assert (gone.kind, gone.quantity, gone.reference, gone.reason) == (kind, -11, number, "DOC-7 · 找不到了")
    assert queries.differences() == []


@pytest.mark.parametrize("verb", ["refuse", "withdraw"])
def test_what_is_not_agreed_to_is_for_sale_again(verb: str) -> None:
    item = goods()
    (number,) = leave(item, 11).waiting

    if verb == "refuse":
        decide(number, "refuse")
    else:
        withdraw_write_off(keeper(), number=number, now=make.NOW)

    assert (held(), stage.balances(item)) == ((30, 0), (30, 0))
    assert queries.differences() == []


def test_slices_add_up_per_person_until_the_days_are_over() -> None:
    item = goods()
    assert leave(item, 6) == Recorded(1)

    assert leave(item, 6).booked == 0
    assert leave(item, 6, by=make.administrator()) == Recorded(1)
    assert leave(item, 4, after_days=29) == Recorded(1)
    assert leave(item, 6, after_days=31) == Recorded(1)


def test_a_program_books_with_the_hands_of_who_owns_its_key() -> None:
    item = goods()
    leave(item, 6, by=make.administrator())

    (number,) = leave(item, 6, by=make.program("stock.move")).waiting

    with pytest.raises(approvals.OwnMatter):
        decide(number, by="admin")
    assert held() == (24, 6)


def test_nobody_agrees_to_their_own_booking() -> None:
    (number,) = leave(goods(), 11, by=make.administrator()).waiting

    with pytest.raises(approvals.OwnMatter):
        decide(number)

    assert held() == (30, 11)


def test_goods_nobody_said_the_cost_of_need_the_strictest_agreement() -> None:
    (number,) = leave(goods(cost=None), 1).waiting

    request = asked_for.approvals_of("write_off", [WriteOff.objects.get(number=number).id])[0]
    assert (request.role, request.needed) == ("finance", 2)


def test_who_sets_the_cost_low_gains_nothing_by_it() -> None:
    item = goods()
    boss = make.administrator()
    set_costs(boss, costs=[CostDraft("TENT-2", 0, "CNY")], now=make.NOW)

    (number,) = leave(item, 1, by=boss).waiting

    request = asked_for.approvals_of("write_off", [WriteOff.objects.get(number=number).id])[0]
    assert (request.needed, boss.id in request.involved) == (2, True)


def test_who_owns_the_program_that_set_a_cost_does_not_decide_what_it_weighs() -> None:
    make.item(stock=5)
    set_costs(make.program("stock.costs"), costs=[CostDraft("TENT-2", 1, "CNY")], now=make.NOW)
    draft = WriteOffDraft(Stock.objects.get().id, 2, "damaged", "受潮")
    number = ask_write_offs(keeper(), drafts=[draft], now=make.NOW)[0]

    with pytest.raises(approvals.OwnMatter):
        decide(number)

    assert write_offs.write_off(number).state == "waiting"


def test_what_a_person_took_elsewhere_says_with_who_has_to_agree() -> None:
    first, second = goods(), goods(sku="LAMP")
    leave(first, 10)
    leave(first, 11)

    leave(second, 11)

    request = Request.objects.latest("id")
    assert (request.amount_minor, request.role) == (110_000, "finance")
    assert request.facts["given_up_before_minor"] == 210_000


def test_a_batch_books_what_may_go_and_asks_for_the_rest() -> None:
    item = goods()
    drafts = [
        MovementDraft("hangzhou", item, "adjusted", -12, reason="少了"),
        MovementDraft("hangzhou", item, "received", 5),
        MovementDraft("hangzhou", item, "adjusted", -4, reason="少了"),
        MovementDraft("hangzhou", item, "adjusted", -11, reason="又少了"),
    ]

    recorded = record_movements(keeper(), movements=drafts, now=make.NOW)

    assert (recorded.booked, len(recorded.waiting)) == (2, 2)
    assert held() == (31, 23)
    assert queries.differences() == []


def test_what_arrives_with_a_batch_can_wait_to_leave_with_it() -> None:
    item = goods(stock=1)
    drafts = [
        MovementDraft("hangzhou", item, "returned", 12, condition="damaged"),
        MovementDraft("hangzhou", item, "adjusted", -12, reason="摔坏", condition="damaged"),
    ]

    recorded = record_movements(keeper(), movements=drafts, now=make.NOW)

    assert (recorded.booked, len(recorded.waiting)) == (1, 1)
    assert (stage.row_of(item, condition="damaged").held, stage.balances(item)) == (12, (1, 0))


@pytest.mark.parametrize(("promised", "refusal"), [(0, NotThere), (25, PromisedAlready)])
def test_what_is_not_free_is_refused_and_nothing_is_half_done(promised: int, refusal: type[Exception]) -> None:
    item = goods()
    if promised:
        stage.promise(make.TESTER, order_id=1, units={item: promised})
    drafts = [
        MovementDraft("hangzhou", item, "adjusted", -1, reason="少了"),
        MovementDraft("hangzhou", item, "adjusted", -12 if promised else -30, reason="少了"),
    ]

    with pytest.raises(refusal):
        record_movements(keeper(), movements=drafts, now=make.NOW)

    assert held() == (30, 0)
    assert not WriteOff.objects.exists()
    assert not HandBooking.objects.exists()


def test_goods_that_never_lay_there_are_refused_by_name() -> None:
    item = goods()
    draft = MovementDraft("hangzhou", item, "adjusted", -11, reason="少了", condition="damaged")

    with pytest.raises(NotThere) as refused:
        record_movements(keeper(), movements=[draft], now=make.NOW)

    assert (refused.value.params["sku"], refused.value.params["free"]) == ("TENT-2", 0)


def test_a_stocktake_that_counts_the_place_books_what_is_missing_itself() -> None:
    item = goods()
    number = counting.planned("lin")

    with pytest.raises(BeingCounted) as refused:
        leave(item, 11)

    assert refused.value.params["number"] == number
    assert held() == (30, 0)


def test_pieces_that_wait_to_leave_are_not_missed_a_second_time() -> None:
    item = goods()
    (wish,) = leave(item, 11).waiting
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 19})
    counting.recounted(number, {"TENT-2": 19})

    counting.agreed(number)
    decide(wish)

    assert held() == (19, 0)
    assert queries.differences() == []


def test_who_sent_a_transfer_does_not_say_alone_that_much_of_it_was_lost() -> None:
    item, boss = goods(), make.administrator()
    make.arrival(item, 1, warehouse="chengdu")
    number = plan_transfer(
        boss, origin="hangzhou", warehouse="chengdu", lines=[SupplyLineDraft("TENT-2", 20)], now=make.NOW
    )
    send_transfer(boss, number=number, now=make.NOW)

    def close(by: Actor, came: int) -> str:
        lines = [ReceiptLine("TENT-2", came)]
        return receive_supply(by, number=number, lines=lines, complete=True, reason="路上丢了", now=make.NOW).state

    for one in (boss, make.program("stock.move")):
        with pytest.raises(SentYourself):
            close(one, 9)
    assert not Movement.objects.filter(kind="transferred_in").exists()
    assert close(keeper(), 9) == "closed"


def test_a_little_that_is_lost_of_ones_own_transfer_counts_towards_the_limit() -> None:
    item = goods()
    make.arrival(item, 1, warehouse="chengdu")
    lines = [SupplyLineDraft("TENT-2", 5)]
    number = plan_transfer(make.TESTER, origin="hangzhou", warehouse="chengdu", lines=lines, now=make.NOW)
    send_transfer(make.TESTER, number=number, now=make.NOW)

    receive_supply(
        make.TESTER, number=number, lines=[ReceiptLine("TENT-2", 3)], complete=True, reason="路上丢了", now=make.NOW
    )

    assert HandBooking.objects.get().value_minor == 2 * COST
    assert leave(item, 9, by=make.TESTER).booked == 0


def test_the_limit_is_a_number_the_manager_sets() -> None:
    item = goods()
    parameters.set_parameter(make.TESTER, name="inventory.by_hand_limits_minor", new={"CNY": 0}, reason="严查")

    assert leave(item, 1).booked == 0

    parameters.set_parameter(make.TESTER, name="inventory.by_hand_limits_minor", new={"CNY": COST * 30}, reason="放宽")
    assert leave(item, 20) == Recorded(1)


def test_more_than_anybody_reads_does_not_wait_at_once() -> None:
    item = goods(stock=250, cost=None)
    drafts = [MovementDraft("hangzhou", item, "adjusted", -1, reason="少了")] * 201

    with pytest.raises(TooManyWait):
        record_movements(keeper(), movements=drafts, now=make.NOW)

    assert held() == (250, 0)


def test_nobody_rewrites_what_left_by_hand() -> None:
    leave(goods(), 1)

    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        HandBooking.objects.update(value_minor=0)
    assert HandBooking.objects.get().value_minor == COST

"""One case that cannot be never holds up the others; what the source takes back leaves its case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.catalog import queries as catalog
from steward.modules.inventory.models import Movement
from steward.modules.logistics.models import Shipment
from steward.modules.orders.commands import cancellations
from steward.modules.orders.models import Line, Order
from steward.modules.orders.rules.mapping_outcome import CancelledLine
from steward.modules.returns.commands import deciding, inspecting, leaving, parcels, receiving, settling
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.models import Case, Piece, RefundDue
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db


def _taken_back(quantity: int) -> None:
    """Let the source cancel some tents of Mei's order."""
    shop = catalog.shops_by_code()["own"]
    at = case.LATER + timedelta(hours=1)
    document = [CancelledLine("C-1", 1, "TENT-2", quantity, quantity * 19_900, at, "mei-88")]
    cancellations.record_cancellations(make.TESTER, shop=shop, documents=[document])
    assert cancellations.match_cancellations(make.TESTER, shop_id=shop.id, now=at) == 1


def _unheard(order: Order, quantity: int) -> None:
    """Let a line be cancelled of which nobody has told after-sales yet."""
    Line.objects.filter(order=order).update(cancelled_quantity=quantity)


def test_pieces_the_source_took_back_leave_their_case_and_the_parcel_they_were_to_come_in() -> None:
    order = case.delivered(3)
    receipt = case.opened(order, 2)
    draft = parcels.ParcelDraft(tracking_number="SF7770000000001", carrier="sf")
    parcels.announce_parcel(make.agent_wang(), case_id=receipt.id or 0, draft=draft, now=case.LATER)

    _taken_back(2)
    make.settle()
    assert leaving.leave_cancelled(make.TESTER, order_ids=[order.id], now=case.LATER) == 0

    first, second = case.pieces(receipt)
    assert [(one.reception, one.live) for one in (first, second)] == [("awaiting", True), ("cancelled", False)]
    back = Shipment.objects.get(direction="return")
    assert list(back.lines.values_list("quantity", flat=True)) == [1]
    assert case.case_of(receipt).state == "approved"


def test_a_case_that_is_looked_at_again_claims_nothing_the_source_took_back() -> None:
    order = case.delivered(3)
    receipt = case.opened(order, 3)
    _taken_back(1)
    make.settle()
    zhao = make.manager_zhao()
    deciding.refuse_case(zhao, case_id=receipt.id or 0, reason="吊牌已剪", now=case.LATER)

    deciding.reconsider_case(zhao, case_id=receipt.id or 0, reason="补了照片", now=case.LATER + timedelta(days=1))

    assert [one.live for one in case.pieces(receipt)] == [True, True, False]
    assert case.case_of(receipt).quoted_minor == 2 * 19_900


def test_a_case_of_which_all_was_taken_back_is_over() -> None:
    receipt = case.opened(case.delivered(1))

    _taken_back(1)
    make.settle()

    row = case.case_of(receipt)
    assert (row.state, row.closed_at is not None, [one.live for one in case.pieces(receipt)]) == (
        "withdrawn",
        True,
        [False],
    )


def test_goods_on_their_way_of_a_line_that_was_taken_back_are_taken_in_without_money() -> None:
    receipt = case.opened(case.delivered(1))
    zhao, [piece] = make.manager_zhao(), case.pieces(receipt)
    receiving.receive_pieces(zhao, case_id=receipt.id or 0, arrived={piece.id: "receive"}, now=case.LATER)

    _taken_back(1)
    make.settle()
    inspecting.inspect_pieces(
        zhao, case_id=receipt.id or 0, findings=[inspecting.Finding(piece_id=piece.id, grade="A")], now=case.LATER
    )
    make.settle()

    assert case.case_of(receipt).state == "completed"
    assert Movement.objects.filter(kind="returned", reference=receipt.number).count() == 1
    assert not RefundDue.objects.exists()


def test_of_a_batch_only_the_case_whose_pieces_are_gone_is_refused() -> None:
    first, second = case.two_orders()
    drafts = [case.wanted(first), case.wanted(second)]
    case.gone_elsewhere(first)

    receipts = open_cases(make.agent_wang(), drafts=drafts, now=case.LATER)

    assert [one.refusal.code if one.refusal else one.state for one in receipts] == ["more_than_kept", "approved"]
    assert [one.line_id for one in Piece.objects.all()] == [Line.objects.get(order=second).id]
    assert Case.objects.count() == 2


def test_money_that_cannot_go_back_of_one_case_goes_back_of_the_others() -> None:
    first, second = case.two_orders()
    receipts = [case.opened(one, kind="refund_only", reason="damaged", despite="看过照片", by=make.manager_zhao())
                for one in (first, second)]  # fmt: skip
    for receipt in receipts:
        deciding.approve_case(make.TESTER, case_id=receipt.id or 0, now=case.LATER)
    Case.objects.update(verdict={"eligible": True, "automatic_up_to_minor": 50_000})
    _unheard(first, 1)

    paid = settling.settle_alone(make.TESTER, case_ids=[one.id or 0 for one in receipts], now=case.LATER)

    assert (paid, [due.case_id for due in RefundDue.objects.all()]) == (1, [receipts[1].id])


def test_a_case_against_the_policy_says_until_when_its_goods_have_to_be_sent() -> None:
    order = case.delivered(1)
    late = case.LATER + timedelta(days=400)
    receipt = case.opened(order, by=make.manager_zhao(), now=late, despite="老顾客")

    deciding.approve_case(make.TESTER, case_id=receipt.id or 0, now=late)

    assert case.case_of(receipt).return_by == late + timedelta(days=7)


def test_a_case_that_is_looked_at_again_has_a_limit_and_is_worth_what_it_is_worth_now() -> None:
    order = case.delivered(3)
    receipt = case.opened(order, 3)
    zhao = make.manager_zhao()
    deciding.refuse_case(zhao, case_id=receipt.id or 0, reason="吊牌已剪", now=case.LATER)
    Case.objects.update(quoted_minor=0)
    again = case.LATER + timedelta(days=1)

    deciding.reconsider_case(zhao, case_id=receipt.id or 0, reason="补了照片", now=again)

    clocks = list(case.clocks(receipt, "case_decision"))
    assert [(one.started_at, one.stopped_at) for one in clocks] == [(case.LATER, case.LATER), (again, None)]
    assert case.case_of(receipt).quoted_minor == 3 * 19_900

"""Money that went back in part, pieces that are worth nothing: what is counted once stays counted, and only once."""

from __future__ import annotations

import pytest

from steward.modules.payments.commands import deciding as refunds
from steward.modules.payments.models import Refund
from steward.modules.returns.commands import deciding, inspecting, receiving, settling
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import Piece, QuotePart, RefundDue
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db
PRICE = 19_900


def _granted(pieces: int) -> CaseReceipt:
    """Let a case about so many tents, each paid by itself, be granted."""
    paid = [make.payment(PRICE, f"T-{number}") for number in range(pieces)]
    receipt = case.opened(case.delivered(pieces, payments=paid), pieces)
    if receipt.state == "requested":
        deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    return receipt


def _found(receipt: CaseReceipt, places: slice = slice(None), **facts: object) -> None:
    """Let some pieces of a case come in and be inspected."""
    ids = [one.id for one in case.pieces(receipt)][places]
    zhao = make.manager_zhao()
    receiving.receive_pieces(zhao, case_id=receipt.id or 0, arrived=dict.fromkeys(ids, "receive"), now=case.LATER)
    findings = [inspecting.Finding(piece_id=id_, grade="A", **facts) for id_ in ids]  # type: ignore[arg-type]
    inspecting.inspect_pieces(zhao, case_id=receipt.id or 0, findings=findings, now=case.LATER)


def _settle(receipt: CaseReceipt) -> int:
    return settling.settle_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)


def _half_paid() -> CaseReceipt:
    """Let the refund of two of three pieces pay one payment's share, and the rest of it be called off."""
    receipt = _granted(3)
    _found(receipt, slice(2))
    assert _settle(receipt) == 2 * PRICE
    first, second = Refund.objects.order_by("amount_minor", "id")
    assert (first.amount_minor, second.amount_minor) == (PRICE, PRICE)
    refunds.settle_by_hand(make.TESTER, number=first.number, transaction="OUT-1", now=case.LATER)
    refunds.withdraw_refund(make.TESTER, number=second.number, reason="card gone", now=case.LATER)
    make.settle()
    assert list(RefundDue.objects.values_list("state", "paid_minor")) == [("failed", PRICE)]
    return receipt


def test_what_a_refund_paid_before_it_failed_is_taken_off_once() -> None:
    receipt = _half_paid()

    again = _settle(receipt)
    _found(receipt, slice(2, 3))
    rest = _settle(receipt)

    assert (again, rest) == (PRICE, PRICE)
    off = QuotePart.objects.filter(kind="paid_before").values_list("amount_minor", flat=True)
    assert list(off) == [-PRICE]
    for due in RefundDue.objects.exclude(state="failed"):
        assert sum(due.parts.values_list("amount_minor", flat=True)) == due.amount_minor


def test_a_retry_that_fails_too_leaves_all_that_was_paid_to_be_taken_off() -> None:
    receipt = _half_paid()
    _settle(receipt)
    for one in Refund.objects.filter(state__in=("by_hand", "waiting")):
        refunds.withdraw_refund(make.TESTER, number=one.number, reason="card gone", now=case.LATER)
    make.settle()

    assert _settle(receipt) == PRICE


def test_all_of_an_order_comes_back_although_the_first_refund_failed_half_way() -> None:
    receipt = _granted(2)
    _found(receipt)
    _settle(receipt)
    first, second = Refund.objects.order_by("id")
    refunds.settle_by_hand(make.TESTER, number=first.number, transaction="OUT-1", now=case.LATER)
    refunds.withdraw_refund(make.TESTER, number=second.number, reason="card gone", now=case.LATER)
    make.settle()

    assert _settle(receipt) == PRICE


def test_pieces_worth_nothing_have_gone_back_for_later_quotes() -> None:
    receipt = _granted(2)
    _found(receipt, slice(1), share_permille=0)

    assert _settle(receipt) == 0

    due = RefundDue.objects.get()
    assert (due.amount_minor, due.state, due.request_id) == (0, "paid", None)
    parts = list(due.parts.order_by("position").values_list("kind", "amount_minor"))
    assert parts == [("goods", PRICE), ("grade", -PRICE)]
    assert Piece.objects.filter(refund=due, live=True).count() == 1
    _found(receipt, slice(1, 2))
    assert _settle(receipt) == PRICE

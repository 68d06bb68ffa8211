"""Cases are opened for many at once; a piece is claimed once, and only if it was sent."""

from __future__ import annotations

import pytest

from steward.modules.orders.models import Order
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db


def test_a_case_the_policy_grants_is_approved_at_once() -> None:
    order = case.delivered()

    receipt = case.opened(order)

    row = case.case_of(receipt)
    assert (receipt.state, row.state, row.decider, row.quoted_minor) == ("approved", "approved", "policy", 19_900)
    assert row.number.startswith("RMA-2026-")
    assert [(one.position, one.reception, one.live) for one in case.pieces(receipt)] == [(1, "awaiting", True)]


def test_a_dear_case_waits_for_a_person() -> None:
    order = case.delivered(3)

    receipt = case.opened(order, 3)

    assert (receipt.state, case.case_of(receipt).decided_at) == ("requested", None)


def test_pieces_are_claimed_once_also_within_a_batch() -> None:
    order = case.delivered()
    drafts = [case.wanted(order), case.wanted(order), case.wanted(order)]

    receipts = open_cases(make.agent_wang(), drafts=drafts, now=case.LATER)

    assert [one.refusal.code if one.refusal else one.state for one in receipts] == [
        "approved",
        "approved",
        "claimed_already",
    ]
    assert sorted(Piece.objects.values_list("position", flat=True)) == [1, 2]


def test_what_was_not_sent_is_not_taken_back() -> None:
    make.item(stock=5)
    order = make.order(quantity=2)
    from_order = Order.objects.get(number=order.number)

    receipt = case.opened(from_order)

    assert receipt.refusal is not None
    assert (receipt.refusal.code, Case.objects.count(), Piece.objects.count()) == ("not_sent", 0, 0)


def test_the_same_number_of_a_marketplace_is_the_same_case() -> None:
    order = case.delivered()
    first = case.opened(order, source="file", outside_number="TM-1")

    second = case.opened(order, source="file", outside_number="TM-1")

    assert (second.number, second.refusal, Case.objects.count()) == (first.number, None, 1)

"""Eight connections want the same pieces at once: each is claimed once, and its money goes back once."""

from __future__ import annotations

from collections import Counter

import pytest

from steward.kernel import errors
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.models import Movement
from steward.modules.payments.models import RefundRequest
from steward.modules.returns.commands import deciding, inspecting, receiving, settling
from steward.modules.returns.models import Case, Piece, RefundDue
from steward.modules.returns.tests import case
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EIGHT = 8


def test_pieces_are_claimed_inspected_and_paid_back_once_whoever_else_wants_them() -> None:
    order = case.delivered(3)
    agent, manager = make.agent_wang(), make.manager_zhao()

    receipts = at_once(*[lambda: case.opened(order, 3, by=agent)] * EIGHT)

    assert Counter(one.refusal.code if one.refusal else one.state for one in receipts) == {
        "requested": 1,
        "claimed_already": EIGHT - 1,
    }
    id_ = Case.objects.get().id
    ids = list(Piece.objects.values_list("id", flat=True))
    deciding.approve_case(manager, case_id=id_, now=case.LATER)
    receiving.receive_pieces(manager, case_id=id_, arrived=dict.fromkeys(ids, "receive"), now=case.LATER)

    def attempt(work: str) -> str:
        try:
            if work == "inspect":
                findings = [inspecting.Finding(piece_id=one, grade="A") for one in ids]
                inspecting.inspect_pieces(manager, case_id=id_, findings=findings, now=case.LATER)
            else:
                settling.settle_case(agent, case_id=id_, now=case.LATER)
        except errors.Refusal as refusal:
            return refusal.code
        return "done"

    assert Counter(at_once(*[lambda: attempt("inspect")] * EIGHT)) == {"done": 1, "judged_already": EIGHT - 1}
    assert Counter(at_once(*[lambda: attempt("settle")] * EIGHT)) == {"done": 1, "nothing_due": EIGHT - 1}

    assert list(Movement.objects.filter(kind="returned").values_list("quantity", flat=True)) == [1, 1, 1]
    assert inventory.differences() == []
    assert [RefundDue.objects.get().amount_minor, RefundRequest.objects.get().amount_minor] == [59_700, 59_700]

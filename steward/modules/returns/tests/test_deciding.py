"""Who decides about cases, and what is free again afterwards."""

from __future__ import annotations

import pytest

from steward.kernel import errors
from steward.kernel.models import Event
from steward.modules.deadlines.queries import next_clocks
from steward.modules.people import queries as people
from steward.modules.returns.commands import deciding
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db


def test_nobody_grants_what_they_opened_above_the_limit_also_not_by_a_program() -> None:
    receipt = case.opened(case.delivered(3), 3)
    program = people.actor_for_token(make.token("returns.decide", owner="wang"))
    assert program is not None

    for actor in (make.agent_wang(), program):
        with pytest.raises(deciding.OwnCase):
            deciding.approve_case(actor, case_id=receipt.id or 0, now=case.LATER)

    assert case.case_of(receipt).state == "requested"
    assert not Event.objects.filter(kind="returns.case_decided").exists()
    deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    row = case.case_of(receipt)
    assert (row.state, row.decider) == ("approved", make.manager_zhao().id)
    assert row.return_by is not None
    assert row.return_by > case.LATER
    assert not next_clocks("return", [row.id])


def test_a_refused_case_frees_its_pieces_and_takes_them_up_again() -> None:
    order = case.delivered(3)
    receipt = case.opened(order, 3)

    deciding.refuse_case(make.manager_zhao(), case_id=receipt.id or 0, reason="吊牌已剪", now=case.LATER)

    assert not any(one.live for one in case.pieces(receipt))
    deciding.reconsider_case(make.manager_zhao(), case_id=receipt.id or 0, reason="补了照片", now=case.LATER)
    assert all(one.live for one in case.pieces(receipt))
    deciding.refuse_case(make.manager_zhao(), case_id=receipt.id or 0, reason="吊牌已剪", now=case.LATER)
    assert case.opened(order).state == "approved"
    with pytest.raises(deciding.ClaimedMeanwhile):
        deciding.reconsider_case(make.manager_zhao(), case_id=receipt.id or 0, reason="再看看", now=case.LATER)


def test_a_refusal_needs_a_reason_the_customer_can_read() -> None:
    receipt = case.opened(case.delivered(3), 3)

    with pytest.raises(deciding.ReasonMissing):
        deciding.refuse_case(make.manager_zhao(), case_id=receipt.id or 0, reason="  ", now=case.LATER)

    assert case.case_of(receipt).state == "requested"


def test_a_withdrawn_case_is_over_and_its_pieces_are_free() -> None:
    order = case.delivered(1)
    receipt = case.opened(order)

    deciding.withdraw_case(make.agent_wang(), case_id=receipt.id or 0, now=case.LATER)

    row = case.case_of(receipt)
    assert (row.state, row.closed_at) == ("withdrawn", case.LATER)
    assert case.opened(order).state == "approved"
    with pytest.raises(errors.NotPossible):
        deciding.approve_case(make.manager_zhao(), case_id=row.id, now=case.LATER)

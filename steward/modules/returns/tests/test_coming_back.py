"""Goods come back in parcels, are received, inspected, taken into stock once, and paid back once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel.errors import NotPossible
from steward.modules.deadlines.models import Clock
from steward.modules.inventory.models import Movement
from steward.modules.logistics.tests import ship
from steward.modules.payments.commands import deciding as refunds
from steward.modules.payments.models import Refund, RefundRequest
from steward.modules.returns.commands import deciding, following, inspecting, parcels, receiving, settling
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import Case, RefundDue
from steward.modules.returns.queries import cases as queries
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db
BACK, SECOND = "SF7770000000001", "SF7770000000002"
ARRIVED = case.LATER + timedelta(days=2)


def _coming(receipt: CaseReceipt, number: str = BACK, *, piece_ids: tuple[int, ...] = (), method: str = "own") -> None:
    """Let a parcel of a case be announced and be on its way."""
    draft = parcels.ParcelDraft(method=method, tracking_number=number, carrier="sf", piece_ids=piece_ids)
    parcels.announce_parcel(make.agent_wang(), case_id=receipt.id or 0, draft=draft, now=case.LATER)
    ship.heard(ship.said("in_transit", hours=80, number=number))
    make.settle()


def _received(receipt: CaseReceipt, verb: str = "receive", *, only: int | None = None) -> None:
    ids = [one.id for one in case.pieces(receipt)] if only is None else [only]
    arrived = dict.fromkeys(ids, verb)
    receiving.receive_pieces(make.manager_zhao(), case_id=receipt.id or 0, arrived=arrived, now=ARRIVED)


def _inspected(receipt: CaseReceipt, grade: str = "A", **facts: object) -> None:
    findings = [
        inspecting.Finding(piece_id=one.id, grade=grade, **facts)  # type: ignore[arg-type]
        for one in case.pieces(receipt)
        if one.reception == "received"
    ]
    inspecting.inspect_pieces(make.manager_zhao(), case_id=receipt.id or 0, findings=findings, now=ARRIVED)


def test_pieces_follow_their_parcel_and_its_arrival_starts_the_limit() -> None:
    receipt = case.opened(case.delivered())
    _coming(receipt)
    assert [one.reception for one in case.pieces(receipt)] == ["in_transit"]

    ship.heard(ship.said("delivered", hours=90, number=BACK))
    make.settle()

    clock = Clock.objects.get(subject_kind="return", kind="inspection_decision")
    assert (clock.started_at, clock.stopped_at) == (make.NOW + timedelta(hours=90), None)


def test_what_is_in_order_goes_into_stock_once_and_its_money_back_by_itself() -> None:
    receipt = case.opened(case.delivered())
    _coming(receipt)
    _received(receipt)
    _inspected(receipt)

    with pytest.raises(inspecting.JudgedAlready):
        _inspected(receipt)
    make.settle()
    make.settle()

    moved = Movement.objects.filter(kind="returned", reference=receipt.number)
    assert list(moved.values_list("quantity", "condition")) == [(1, "sellable")]
    assert list(RefundDue.objects.values_list("amount_minor", "state")) == [(19_900, "asked")]
    assert RefundRequest.objects.get().amount_minor == 19_900
    clock = Clock.objects.get(subject_kind="return", kind="inspection_decision")
    assert (clock.stopped_at, clock.outcome) == (ARRIVED, "met")


def test_the_limit_runs_on_while_a_person_still_has_to_decide() -> None:
    receipt = case.opened(case.delivered())
    _coming(receipt)
    _received(receipt)

    _inspected(receipt, "D")

    clock = Clock.objects.get(subject_kind="return", kind="inspection_decision")
    assert ([one.acceptance for one in case.pieces(receipt)], clock.stopped_at) == (["to_person"], None)
    assert not Movement.objects.filter(kind="returned").exists()
    verdicts = {case.pieces(receipt)[0].id: "reject"}
    inspecting.judge_pieces(make.manager_zhao(), case_id=receipt.id or 0, verdicts=verdicts, now=ARRIVED)
    clock.refresh_from_db()
    row = case.case_of(receipt)
    assert (clock.stopped_at, row.state, case.pieces(receipt)[0].live) == (ARRIVED, "completed", False)
    assert not RefundDue.objects.exists()


def test_two_parcels_arrive_apart_and_the_lost_one_counts_where_the_label_was_ours() -> None:
    order = case.delivered(2)
    receipt = case.opened(order, 2)
    first, second = case.pieces(receipt)
    _coming(receipt, BACK, piece_ids=(first.id,))
    _coming(receipt, SECOND, piece_ids=(second.id,), method="label")

    _received(receipt, only=first.id)
    _inspected(receipt)
    assert not RefundDue.objects.exists()
    ship.heard(ship.said("lost", hours=96, number=SECOND))
    make.settle()

    assert [(one.reception, one.acceptance) for one in case.pieces(receipt)] == [
        ("received", "accepted"),
        ("lost", "accepted"),
    ]
    assert RefundDue.objects.get().amount_minor == 39_800


def test_what_is_missing_is_judged_by_a_person() -> None:
    receipt = case.opened(case.delivered())
    _coming(receipt)

    _received(receipt, "miss")

    assert [(one.reception, one.acceptance) for one in case.pieces(receipt)] == [("short", "to_person")]


def test_goods_that_are_never_sent_lapse_and_are_looked_at_if_they_come_after_all() -> None:
    receipt = case.opened(case.delivered())
    late = case.LATER + timedelta(days=60)

    assert following.lapse_cases(make.TESTER, now=late) == 1
    assert following.lapse_cases(make.TESTER, now=late) == 0

    row = case.case_of(receipt)
    assert (row.state, [one.live for one in case.pieces(receipt)]) == ("lapsed", [False])
    _received(receipt)
    assert (case.case_of(receipt).state, [one.live for one in case.pieces(receipt)]) == ("approved", [True])


def test_money_goes_back_early_but_not_by_who_opened_the_case_above_the_limit() -> None:
    receipt = case.opened(case.delivered(3), 3)
    deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)

    with pytest.raises(deciding.OwnCase):
        settling.settle_case(make.agent_wang(), case_id=receipt.id or 0, early=True, now=case.LATER)
    assert not RefundRequest.objects.exists()
    settling.settle_case(make.manager_zhao(), case_id=receipt.id or 0, early=True, now=case.LATER)

    with pytest.raises(settling.NothingDue):
        settling.settle_case(make.manager_zhao(), case_id=receipt.id or 0, early=True, now=case.LATER)
    assert RefundRequest.objects.get().amount_minor == 59_700


def test_nobody_accepts_goods_that_did_not_come_nor_looks_at_those_of_a_case_that_is_over() -> None:
    receipt = case.opened(case.delivered())
    [piece] = case.pieces(receipt)
    with pytest.raises(NotPossible):
        inspecting.judge_pieces(
            make.manager_zhao(), case_id=receipt.id or 0, verdicts={piece.id: "accept"}, now=case.LATER
        )
    _coming(receipt)
    _received(receipt)
    Case.objects.filter(id=receipt.id or 0).update(state="completed")
    with pytest.raises(NotPossible):
        _inspected(receipt)


def test_what_was_paid_in_part_is_not_withdrawn() -> None:
    receipt = case.opened(case.delivered())
    Case.objects.filter(id=receipt.id or 0).update(refunded_minor=30)
    with pytest.raises(deciding.UnderWay):
        deciding.withdraw_case(make.agent_wang(), case_id=receipt.id or 0, now=case.LATER)


def _back_in_stock(receipt: CaseReceipt) -> list[tuple[int, str]]:
    moved = Movement.objects.filter(kind="returned", reference=receipt.number)
    return list(moved.values_list("quantity", "condition"))


def _lost_and_paid() -> CaseReceipt:
    """Let goods get lost under our label, and their money go back."""
    receipt = case.opened(case.delivered())
    _coming(receipt, method="label")
    ship.heard(ship.said("lost", hours=90, number=BACK))
    make.settle()
    refund = Refund.objects.get()
    refunds.settle_by_hand(make.TESTER, number=refund.number, transaction="OUT-1", now=ARRIVED)
    make.settle()
    assert case.case_of(receipt).state == "completed"
    return receipt


def test_lost_goods_that_turn_up_after_their_money_went_back_go_into_stock_and_cost_nothing_more() -> None:
    receipt = _lost_and_paid()

    _received(receipt)
    assert queries.case(receipt.number).next.code == "inspect"
    waiting = queries.cases_page(queries.CaseFilters(queue="inspect"))
    assert [one.number for one in waiting] == [receipt.number]
    _inspected(receipt)
    make.settle()

    with pytest.raises(inspecting.JudgedAlready):
        _inspected(receipt)
    row, [piece] = case.case_of(receipt), case.pieces(receipt)
    assert (row.state, row.refunded_minor, piece.reception, piece.booked) == (
        "completed",
        19_900,
        "received",
        "sellable",
    )
    assert (_back_in_stock(receipt), RefundDue.objects.count()) == ([(1, "sellable")], 1)


def test_goods_that_were_given_up_and_turn_up_open_their_case_again_and_are_paid() -> None:
    receipt = case.opened(case.delivered())
    _coming(receipt)
    _received(receipt, "miss")
    verdicts = {case.pieces(receipt)[0].id: "reject"}
    inspecting.judge_pieces(make.manager_zhao(), case_id=receipt.id or 0, verdicts=verdicts, now=ARRIVED)
    assert case.case_of(receipt).state == "completed"

    _received(receipt)
    _inspected(receipt, verdict="accept")
    make.settle()

    assert (case.case_of(receipt).state, case.case_of(receipt).closed_at) == ("approved", None)
    assert (_back_in_stock(receipt), RefundDue.objects.get().amount_minor) == ([(1, "sellable")], 19_900)


def test_goods_of_a_given_up_piece_another_case_claims_are_not_taken_in_twice() -> None:
    order = case.delivered(1)
    receipt = case.opened(order)
    _coming(receipt)
    _received(receipt, "miss")
    verdicts = {case.pieces(receipt)[0].id: "reject"}
    inspecting.judge_pieces(make.manager_zhao(), case_id=receipt.id or 0, verdicts=verdicts, now=ARRIVED)
    case.opened(order)

    with pytest.raises(deciding.ClaimedMeanwhile):
        _received(receipt)

    assert case.pieces(receipt)[0].reception == "short"


def test_the_second_parcel_has_a_limit_of_its_own_from_its_own_arrival() -> None:
    receipt = case.opened(case.delivered(2), 2)
    first, second = case.pieces(receipt)
    _coming(receipt, BACK, piece_ids=(first.id,))
    _coming(receipt, SECOND, piece_ids=(second.id,))
    for number, hours in ((BACK, 90), (SECOND, 95)):
        ship.heard(ship.said("delivered", hours=hours, number=number))
    make.settle()

    _received(receipt, only=first.id)
    _inspected(receipt)

    clocks = list(Clock.objects.filter(subject_kind="return", kind="inspection_decision").order_by("cycle"))
    at = [make.NOW + timedelta(hours=hours) for hours in (90, 95)]
    assert [(one.started_at, one.stopped_at) for one in clocks] == [(at[0], ARRIVED), (at[1], None)]


def test_the_statements_of_an_inspection_do_not_grow_with_its_pieces() -> None:
    receipt = case.opened(case.delivered(5), 5)
    deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    _received(receipt)
    ids = [one.id for one in case.pieces(receipt)]

    def count(chosen: list[int]) -> int:
        findings = [inspecting.Finding(piece_id=id_, grade="B") for id_ in chosen]
        with CaptureQueriesContext(connection) as seen:
            inspecting.inspect_pieces(make.manager_zhao(), case_id=receipt.id or 0, findings=findings, now=ARRIVED)
        return sum("returns_" in one["sql"] or "catalog_" in one["sql"] for one in seen)

    assert count(ids[:1]) == count(ids[1:4])

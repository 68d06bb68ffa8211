"""Repairs within the warranty: opened with the case, diagnosed in time, mended with parts from stock, given back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel.actor import NotPermitted
from steward.kernel.errors import NotPossible
from steward.modules.deadlines.models import Clock
from steward.modules.inventory.models import Discrepancy, Movement, Stock
from steward.modules.inventory.queries.ledger import differences
from steward.modules.messaging.models import Message
from steward.modules.returns.commands import (
    deciding,
    inspecting,
    repairing_ending,
    repairing_goods,
    repairing_opening,
    repairing_working,
)
from steward.modules.returns.commands.repairing_goods import PartWant
from steward.modules.returns.models import Case, Piece, Repair, RepairPart
from steward.modules.returns.tests import case, mending
from tests import make

pytestmark = pytest.mark.django_db


def test_an_agreed_repair_case_opens_one_repair_per_piece_with_its_warranty_before_anything_moves() -> None:
    receipt = mending.asked(mending.sold(2), 2)

    rows = list(Repair.objects.order_by("id"))
    assert [(row.state, row.coverage, row.warranty["why"]) for row in rows] == [("awaiting", "in", "within")] * 2
    assert rows[0].number.startswith("RP-2026-")
    assert repairing_opening.open_repairs(make.TESTER, case_ids=[receipt.id or 0], now=case.LATER) == []


def test_goods_to_be_repaired_are_never_graded_nor_booked_into_stock() -> None:
    receipt = mending.asked(mending.sold())
    mending.came(receipt)
    [piece] = case.pieces(receipt)

    with pytest.raises(NotPossible):
        inspecting.inspect_pieces(
            make.manager_zhao(),
            case_id=receipt.id or 0,
            findings=[inspecting.Finding(piece_id=piece.id, grade="A")],
            now=mending.CAME,
        )
    assert not Movement.objects.filter(kind="returned").exists()
    assert not Clock.objects.filter(kind="inspection_decision").exists()


def test_the_diagnosis_has_a_limit_that_runs_from_arrival_and_ends_with_it() -> None:
    row = mending.came(mending.asked(mending.sold()))
    clock = Clock.objects.get(subject_kind="repair", kind="repair_diagnosis")
    assert (clock.started_at, clock.due_at) == (mending.CAME, mending.CAME + timedelta(hours=24))

    mending.diagnosed(row, now=mending.CAME + timedelta(hours=3))

    clock.refresh_from_db()
    assert clock.outcome == "met"


def test_what_the_warranty_covers_is_mended_for_nothing_and_its_case_ends_when_it_is_back() -> None:
    make.item("PSU-1", stock=3, price_minor=9_900)
    row = mending.came(mending.asked(mending.sold()))
    row = mending.diagnosed(row, parts=(PartWant(sku="PSU-1", quantity=2),))
    assert (row.state, row.coverage) == ("approved", "in")
    part = RepairPart.objects.get()
    assert (part.state, part.price_minor) == ("set_aside", 0)
    assert Stock.objects.get(item__sku="PSU-1").held == 2
    assert differences() == []

    row = mending.mended(row, used={part.id: 1})

    moved = Movement.objects.get(item__sku="PSU-1", kind="shipped")
    assert (moved.quantity, moved.reference, row.state, row.result) == (-1, row.number, "ready", "repaired")
    stock = Stock.objects.get(item__sku="PSU-1")
    assert (stock.on_hand, stock.held) == (2, 0)
    assert differences() == []
    repairing_ending.send_back(
        mending.technician(), repair_id=row.id, carrier="sf", tracking_number="SF9", now=mending.CAME
    )
    make.settle()
    assert (mending.again(row).state, Case.objects.get().state) == ("returned", "completed")
    assert not Piece.objects.get().live
    assert mending.again(row).labour_minor == 6_000
    assert Clock.objects.get(subject_kind="repair", kind="repair_done").outcome == "met"


def test_the_customer_hears_of_each_step_once() -> None:
    row = mending.diagnosed(mending.came(mending.asked(mending.sold())))
    mending.mended(row)

    said = Message.objects.filter(dedupe_key__startswith=f"repair:{row.id}:").values_list("dedupe_key", flat=True)
    assert sorted(key.split(":")[2] for key in said) == ["approved", "ready", "received"]


def test_work_waits_for_parts_that_are_short_and_gets_them_when_they_arrive() -> None:
    item = make.item("PSU-1", stock=1)
    row = mending.came(mending.asked(mending.sold()))
    row = mending.diagnosed(row, parts=(PartWant(sku="PSU-1", quantity=2),))
    with pytest.raises(repairing_working.PartsMissing):
        repairing_working.begin_repair(mending.technician(), repair_id=row.id, now=mending.CAME)
    assert (mending.again(row).state, Stock.objects.get(item__sku="PSU-1").held) == ("approved", 0)

    make.arrival(item, 1)
    make.settle()

    assert RepairPart.objects.get().state == "set_aside"
    assert mending.mended(row).state == "ready"
    assert Stock.objects.get(item__sku="PSU-1").on_hand == 0


def test_what_does_not_work_after_the_test_is_worked_on_again_and_its_parts_stay() -> None:
    make.item("PSU-1", stock=1)
    row = mending.diagnosed(mending.came(mending.asked(mending.sold())), parts=(PartWant(sku="PSU-1"),))
    repairing_working.begin_repair(mending.technician(), repair_id=row.id, now=mending.CAME)
    work = repairing_working.WorkDraft(minutes=5)

    repairing_working.record_test(mending.technician(), repair_id=row.id, passed=False, work=work, now=mending.CAME)

    assert (mending.again(row).state, RepairPart.objects.get().state) == ("in_repair", "set_aside")


def test_what_cannot_be_repaired_gives_its_parts_free() -> None:
    make.item("PSU-1", stock=1)
    row = mending.diagnosed(mending.came(mending.asked(mending.sold())), parts=(PartWant(sku="PSU-1"),))
    repairing_working.begin_repair(mending.technician(), repair_id=row.id, now=mending.CAME)
    work = repairing_working.WorkDraft(minutes=5, note="主板烧毁")

    repairing_working.give_up_repair(mending.technician(), repair_id=row.id, work=work, now=mending.CAME)

    assert (mending.again(row).state, Stock.objects.get(item__sku="PSU-1").held) == ("not_repairable", 0)


def test_goods_with_a_serial_number_are_not_diagnosed_without_it() -> None:
    row = mending.came(mending.asked(mending.sold(serialised=True)))

    with pytest.raises(repairing_working.SerialNeeded):
        mending.diagnosed(row)
    assert (mending.again(row).state, Discrepancy.objects.count()) == ("received", 0)


def test_a_withdrawn_case_calls_its_repair_off() -> None:
    receipt = mending.asked(mending.sold())

    deciding.withdraw_case(make.agent_wang(), case_id=receipt.id or 0, now=case.LATER)
    make.settle()

    assert mending.repair_of(receipt).state == "cancelled"


def test_nobody_without_the_right_repairs() -> None:
    row = mending.came(mending.asked(mending.sold()))

    with pytest.raises(NotPermitted, match=r"returns\.repair"):
        repairing_goods.want_parts(make.agent_wang(), repair_id=row.id, wants=[], now=mending.CAME)

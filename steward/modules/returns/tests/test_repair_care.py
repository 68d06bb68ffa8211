"""What goes with a repair: times nobody has twice, something lent, and the right after repairing too often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from steward.kernel import moment, parameters
from steward.modules.deadlines.models import Clock
from steward.modules.inventory.models import Movement, Stock
from steward.modules.inventory.queries.ledger import differences
from steward.modules.orders.models import Order
from steward.modules.people import commands as people
from steward.modules.people.commands import appointments
from steward.modules.people.models import Appointment
from steward.modules.people.tests.test_stations import station
from steward.modules.returns.commands import (
    deciding,
    repairing_ending,
    repairing_loaners,
    repairing_opening,
    repairing_visits,
    repairing_working,
)
from steward.modules.returns.commands.repairing_loaners import LoanDraft
from steward.modules.returns.commands.repairing_visits import VisitDraft
from steward.modules.returns.models import Case, Loaner, Piece, Repair, RepairCharge, RepairVisit
from steward.modules.returns.tests import case, mending
from tests import make

pytestmark = pytest.mark.django_db
FRIDAY_TEN = case.LATER + timedelta(days=1)


def _at_station(row: Repair) -> RepairVisit:
    station()
    draft = VisitDraft(starts_at=FRIDAY_TEN, station="hz")
    with moment.frozen(case.LATER):
        visit = repairing_visits.book_visit(make.agent_wang(), repair_id=row.id, draft=draft, now=case.LATER)
    return RepairVisit.objects.get(id=visit)


def test_a_visit_at_a_station_is_its_appointment_and_whoever_comes_brings_the_goods() -> None:
    row = mending.repair_of(mending.asked(mending.sold()))
    mending.technician()
    visit = _at_station(row)
    booked = Appointment.objects.get(id=visit.appointment_id or 0)
    assert (booked.service, booked.subject_kind, booked.subject_id) == ("repair", "repair", row.id)
    assert (visit.technician_id, mending.again(row).place) == (make.manager_zhao().staff_id, "station")

    with moment.frozen(FRIDAY_TEN):
        appointments.check_in(make.agent_wang(), appointment_id=booked.id, now=FRIDAY_TEN)
        make.settle()
        assert (mending.again(row).state, Piece.objects.get().reception) == ("received", "received")
        appointments.finish_appointment(make.agent_wang(), appointment_id=booked.id, now=FRIDAY_TEN)
        make.settle()

    visit.refresh_from_db()
    assert visit.state == "done"


def test_an_appointment_that_is_called_off_at_the_station_frees_the_technician() -> None:
    row = mending.repair_of(mending.asked(mending.sold()))
    visit = _at_station(row)

    appointments.cancel_appointment(
        make.agent_wang(), appointment_id=visit.appointment_id or 0, reason="改期", now=case.LATER
    )
    make.settle()

    visit.refresh_from_db()
    assert (visit.state, mending.again(row).state) == ("cancelled", "awaiting")


def test_choosing_another_time_gives_the_first_one_back() -> None:
    row = mending.repair_of(mending.asked(mending.sold()))
    mending.technician()
    first = _at_station(row)

    draft = VisitDraft(starts_at=FRIDAY_TEN + timedelta(hours=1), station="hz")
    repairing_visits.book_visit(make.agent_wang(), repair_id=row.id, draft=draft, now=case.LATER)

    assert [one.state for one in Appointment.objects.order_by("id")] == ["cancelled", "booked"]
    first.refresh_from_db()
    assert first.state == "cancelled"


def test_a_technician_is_at_one_customer_at_a_time_and_the_database_says_so() -> None:
    receipt = mending.asked(mending.sold(2), 2)
    mending.technician()
    first, second = Repair.objects.filter(case__number=receipt.number).order_by("id")
    draft = VisitDraft(starts_at=FRIDAY_TEN)
    repairing_visits.book_visit(make.agent_wang(), repair_id=first.id, draft=draft, now=case.LATER)

    with pytest.raises(repairing_visits.TechnicianBusy):
        later = VisitDraft(starts_at=FRIDAY_TEN + timedelta(minutes=30))
        repairing_visits.book_visit(make.agent_wang(), repair_id=second.id, draft=later, now=case.LATER)

    row = RepairVisit.objects.get()
    row.pk, row.repair_id = None, second.id
    with pytest.raises(IntegrityError, match="repair_visit_no_overlap"), transaction.atomic():
        row.save(force_insert=True)
    assert Piece.objects.get(repair=first).reception == "left_with_customer"


def test_on_site_the_technician_says_when_they_are_there_and_nothing_is_sent() -> None:
    receipt = mending.asked(mending.sold())
    mending.technician()
    row = mending.repair_of(receipt)
    repairing_visits.book_visit(
        make.agent_wang(), repair_id=row.id, draft=VisitDraft(starts_at=FRIDAY_TEN), now=case.LATER
    )

    repairing_working.receive_on_site(mending.technician(), repair_id=row.id, now=FRIDAY_TEN)
    with pytest.raises(deciding.UnderWay):
        deciding.withdraw_case(make.agent_wang(), case_id=receipt.id or 0, now=FRIDAY_TEN)
    row = mending.mended(mending.diagnosed(row, now=FRIDAY_TEN), now=FRIDAY_TEN)
    repairing_ending.hand_over(mending.technician(), repair_id=row.id, now=FRIDAY_TEN)

    assert (mending.again(row).state, Case.objects.get().state) == ("handed_over", "completed")
    assert RepairVisit.objects.get().state == "done"


def test_a_case_that_is_withdrawn_frees_the_time_at_the_station() -> None:
    receipt = mending.asked(mending.sold())
    visit = _at_station(mending.repair_of(receipt))

    deciding.withdraw_case(make.agent_wang(), case_id=receipt.id or 0, now=case.LATER)
    make.settle()

    visit.refresh_from_db()
    assert (visit.state, Appointment.objects.get().state) == ("cancelled", "cancelled")


def test_who_lacks_the_skill_of_the_goods_gets_no_repair() -> None:
    order = mending.sold()
    row = mending.came(mending.asked(order))
    row.item.__class__.objects.filter(id=row.item_id).update(category="heat/stoves")
    parameters.set_parameter(
        make.administrator(), name="returns.repair_skills", new="heat=stoves", reason="只由炉具师傅维修"
    )
    zhao = mending.technician().staff_id or 0

    with pytest.raises(repairing_working.NotQualified):
        repairing_working.assign_repair(mending.technician(), repair_id=row.id, technician_id=zhao, now=mending.CAME)
    people.add_skill(make.TESTER, code="stoves", name="炉具")
    people.set_abilities(make.TESTER, staff_id=zhao, levels={"stoves": 3}, capacity=None)
    repairing_working.assign_repair(mending.technician(), repair_id=row.id, technician_id=zhao, now=mending.CAME)

    assert mending.again(row).technician_id == zhao
    assert set(Clock.objects.filter(subject_kind="repair").values_list("owner_id", flat=True)) == {zhao}


def test_what_is_lent_leaves_stock_is_due_back_and_comes_back_to_be_looked_at() -> None:
    item = make.item("HEAT-L", stock=1)
    row = mending.came(mending.asked(mending.sold()))
    draft = LoanDraft(sku="HEAT-L", warehouse="hangzhou", serial="L-1")

    loaner = repairing_loaners.lend(mending.technician(), repair_id=row.id, draft=draft, now=mending.CAME)

    out = Movement.objects.get(item_id=item, kind="shipped")
    assert (out.quantity, out.reference, Stock.objects.get(item_id=item).on_hand) == (-1, row.number, 0)
    clock = Clock.objects.get(kind="loaner_back")
    assert clock.due_at == mending.CAME + timedelta(days=14)
    with pytest.raises(repairing_loaners.NothingToLend):
        repairing_loaners.lend(mending.technician(), repair_id=row.id, draft=draft, now=mending.CAME)
    repairing_loaners.take_loaner_back(mending.technician(), loaner_id=loaner, grade="B", now=mending.CAME)

    assert Stock.objects.get(item_id=item, condition="quarantine").on_hand == 1
    clock.refresh_from_db()
    assert (clock.outcome, Loaner.objects.get().state, differences()) == ("met", "returned", [])


def test_what_is_lost_is_owed_for() -> None:
    make.item("HEAT-L", stock=1)
    row = mending.came(mending.asked(mending.sold()))
    draft = LoanDraft(sku="HEAT-L", warehouse="hangzhou")
    loaner = repairing_loaners.lend(mending.technician(), repair_id=row.id, draft=draft, now=mending.CAME)

    repairing_loaners.lose_loaner(
        make.manager_zhao(), loaner_id=loaner, amount_minor=5_000, why="客户遗失", now=mending.CAME
    )

    charge = RepairCharge.objects.get()
    assert (charge.cause, charge.amount_minor, Loaner.objects.get().state) == ("loaner", 5_000, "lost")


def _repaired_once() -> Repair:
    """Let the same piece be repaired and go back."""
    order = Order.objects.get()
    row = mending.mended(mending.diagnosed(mending.came(mending.asked(order))))
    repairing_ending.hand_over(mending.technician(), repair_id=row.id, now=mending.CAME)
    make.settle()
    return mending.again(row)


def test_after_two_repairs_the_customer_may_choose_and_a_case_about_the_same_piece_does_the_rest() -> None:
    order = mending.sold()
    for _ in range(2):
        _repaired_once()
    row = mending.came(mending.asked(order))
    assert row.repaired_before == 2

    row = mending.diagnosed(row)
    assert row.state == "diagnosed"  # not repaired at once: the customer has a choice
    number = repairing_ending.choose_remedy(make.agent_wang(), repair_id=row.id, remedy="refund", now=mending.CAME)
    make.settle()

    row = mending.again(row)
    assert (row.state, row.result, row.next_case, row.case.state) == ("refund_instead", "refunded", number, "completed")
    following = Case.objects.get(number=number)
    assert (following.kind, following.state, following.order_id) == ("return_refund", "requested", order.id)
    assert Piece.objects.get(case=following, live=True).line_id == row.piece.line_id


def test_one_repair_is_not_too_often_and_leaves_everything_as_it_was() -> None:
    order = mending.sold()
    _repaired_once()
    row = mending.diagnosed(mending.came(mending.asked(order)), cause="no_fault")

    with pytest.raises(repairing_ending.NoRightYet):
        repairing_ending.choose_remedy(make.agent_wang(), repair_id=row.id, remedy="refund", now=mending.CAME)

    assert (mending.again(row).state, Case.objects.exclude(kind="repair").count()) == ("diagnosed", 0)


def test_what_cannot_be_repaired_within_the_warranty_is_replaced() -> None:
    row = mending.diagnosed(mending.came(mending.asked(mending.sold())))
    repairing_working.begin_repair(mending.technician(), repair_id=row.id, now=mending.CAME)
    work = repairing_working.WorkDraft(note="主板烧毁")
    repairing_working.give_up_repair(mending.technician(), repair_id=row.id, work=work, now=mending.CAME)

    number = repairing_ending.choose_remedy(make.agent_wang(), repair_id=row.id, remedy="replacement", now=mending.CAME)

    assert (Case.objects.get(number=number).kind, mending.again(row).state) == ("exchange", "replace_instead")


def test_a_place_is_chosen_before_the_goods_are_here() -> None:
    row = mending.came(mending.asked(mending.sold()))

    with pytest.raises(repairing_opening.UnfitPlace):
        repairing_opening.place_repair(make.agent_wang(), repair_id=row.id, place="on_site", now=mending.CAME)

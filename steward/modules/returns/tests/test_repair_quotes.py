"""Outside the warranty nothing is done before the customer agrees, and goods go only when they are paid for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from steward.kernel import moment
from steward.modules.deadlines.models import Clock
from steward.modules.inventory.models import Stock
from steward.modules.payments.models import Entry, Refund
from steward.modules.returns import tasks
from steward.modules.returns.commands import (
    repairing_charges,
    repairing_ending,
    repairing_quotes,
    repairing_working,
)
from steward.modules.returns.commands.repairing_goods import PartWant
from steward.modules.returns.models import Repair, RepairCharge, RepairPart, RepairQuote
from steward.modules.returns.tests import mending
from tests import make

pytestmark = pytest.mark.django_db
CUSTOMER = make.TESTER
LATE = mending.AFTER


def _quoted(*, minutes: int = 30) -> tuple[Repair, RepairQuote]:
    """Quote the repair of something whose warranty is over, with one part."""
    make.item("PSU-1", stock=1, price_minor=9_900)
    order = mending.sold(months=1)
    row = mending.came(mending.asked(order, now=LATE), now=LATE)
    row = mending.diagnosed(row, parts=(PartWant(sku="PSU-1"),), now=LATE)
    assert (row.state, row.coverage) == ("diagnosed", "out")
    quote = repairing_quotes.quote_repair(mending.technician(), repair_id=row.id, minutes=minutes, now=LATE)
    return mending.again(row), RepairQuote.objects.get(id=quote)


def _answer(quote: RepairQuote, *, is_approved: bool, now: datetime = LATE) -> None:
    repairing_quotes.answer_quote(CUSTOMER, quote_id=quote.id, is_approved=is_approved, now=now)


def test_a_quote_adds_up_work_and_parts_and_the_repair_waits_for_the_customer() -> None:
    row, quote = _quoted()

    assert [line["amount_minor"] for line in quote.lines] == [6_000, 9_900]
    assert (quote.total_minor, row.state) == (15_900, "quoted")
    assert quote.expires_at == LATE + timedelta(days=7)
    clock = Clock.objects.get(subject_kind="repair", kind="repair_done")
    assert (clock.running_since, clock.paused_reason) == (None, "waiting_for_customer")
    assert Stock.objects.get(item__sku="PSU-1").held == 0


def test_what_the_warranty_covers_cannot_be_quoted() -> None:
    row = mending.diagnosed(mending.came(mending.asked(mending.sold())), cause="no_fault")

    with pytest.raises(repairing_quotes.UnfitQuote):
        repairing_quotes.quote_repair(mending.technician(), repair_id=row.id, minutes=30, now=mending.CAME)
    assert not RepairQuote.objects.exists()


def test_damage_in_use_is_not_covered_though_the_warranty_runs() -> None:
    row = mending.diagnosed(mending.came(mending.asked(mending.sold())), cause="misuse")

    assert (row.coverage, row.warranty["status"], row.state) == ("out", "in", "diagnosed")
    with pytest.raises(repairing_working.NotCovered):
        repairing_working.authorise_repair(mending.technician(), repair_id=row.id, now=mending.CAME)


def test_agreeing_counts_once_sets_parts_aside_and_is_owed() -> None:
    row, quote = _quoted()

    _answer(quote, is_approved=True)
    _answer(quote, is_approved=True)

    charge = RepairCharge.objects.get()
    assert (charge.amount_minor, charge.state, charge.number) == (15_900, "due", row.number)
    assert (mending.again(row).state, RepairPart.objects.get().state) == ("approved", "set_aside")
    with pytest.raises(repairing_quotes.QuoteOver):
        _answer(quote, is_approved=False)


def test_goods_are_not_given_back_before_they_are_paid_for_through_a_provider() -> None:
    row, quote = _quoted()
    _answer(quote, is_approved=True)
    row = mending.mended(row, now=LATE)
    with pytest.raises(repairing_charges.StillOwed):
        repairing_ending.hand_over(mending.technician(), repair_id=row.id, now=LATE)
    charge = RepairCharge.objects.get()

    make.bank_money(charge.account, 15_900, now=LATE)
    make.settle()

    charge.refresh_from_db()
    assert (charge.state, charge.paid_minor) == ("paid", 15_900)
    repairing_ending.hand_over(mending.technician(), repair_id=row.id, now=LATE)
    assert mending.again(row).state == "handed_over"


def test_money_at_the_counter_is_recorded_once_in_the_ledger_of_payments() -> None:
    _row, quote = _quoted()
    _answer(quote, is_approved=True)
    charge = RepairCharge.objects.get()

    for _ in range(2):
        repairing_charges.pay_charge(
            make.administrator(), charge_id=charge.id, transaction="POS-1", amount_minor=15_900, now=LATE
        )

    assert Entry.objects.filter(order_id=charge.account).count() == 1
    charge.refresh_from_db()
    assert charge.state == "paid"


def test_a_debt_is_let_go_with_a_reason_and_not_by_who_made_the_quote() -> None:
    _row, quote = _quoted()
    _answer(quote, is_approved=True)
    charge = RepairCharge.objects.get()

    with pytest.raises(repairing_charges.OwnQuote):
        repairing_charges.waive_charge(make.manager_zhao(), charge_id=charge.id, why="老客户", now=LATE)
    with pytest.raises(repairing_charges.WhyWaived):
        repairing_charges.waive_charge(make.agent_wang(), charge_id=charge.id, why=" ", now=LATE)
    repairing_charges.waive_charge(make.agent_wang(), charge_id=charge.id, why="老客户", now=LATE)

    charge.refresh_from_db()
    assert (charge.state, charge.why) == ("waived", "老客户")


def test_a_declined_quote_lets_the_goods_go_back_as_they_are_for_nothing() -> None:
    row, quote = _quoted()

    _answer(quote, is_approved=False)

    assert (mending.again(row).state, RepairPart.objects.get().state) == ("declined", "dropped")
    repairing_working.give_back_unrepaired(mending.technician(), repair_id=row.id, now=LATE)
    repairing_ending.hand_over(mending.technician(), repair_id=row.id, now=LATE)
    assert (mending.again(row).result, RepairCharge.objects.count()) == ("unrepaired", 0)


def test_a_quote_nobody_answers_ends_as_declined_once() -> None:
    row, quote = _quoted()
    over = LATE + timedelta(days=8)

    with pytest.raises(repairing_quotes.QuoteOver):
        _answer(quote, is_approved=True, now=over)
    with moment.frozen(over):
        assert (tasks.expire_repair_quotes(0), tasks.expire_repair_quotes(0)) == (1, 0)

    quote.refresh_from_db()
    assert (quote.state, mending.again(row).state) == ("expired", "declined")
    clock = Clock.objects.get(subject_kind="repair", kind="repair_done")
    assert clock.running_since is not None


def test_what_was_paid_goes_back_when_it_cannot_be_repaired_after_all() -> None:
    row, quote = _quoted()
    _answer(quote, is_approved=True)
    charge = RepairCharge.objects.get()
    make.bank_money(charge.account, 15_900, now=LATE)
    make.settle()
    repairing_working.begin_repair(mending.technician(), repair_id=row.id, now=LATE)
    work = repairing_working.WorkDraft(note="主板烧毁")

    repairing_working.give_up_repair(mending.technician(), repair_id=row.id, work=work, now=LATE)
    make.settle()

    charge.refresh_from_db()
    assert charge.state == "dropped"
    page = make.browser("admin").get("/payments/refunds")
    assert page.status_code == 200
    assert make.browser("admin").get(f"/payments/refunds/{Refund.objects.get().number}").status_code == 200
    assert [(one.order_id, one.amount_minor) for one in Refund.objects.all()] == [(charge.account, 15_900)]


def test_a_customer_who_changes_their_mind_before_it_is_begun_owes_nothing() -> None:
    row, quote = _quoted()
    _answer(quote, is_approved=True)

    repairing_working.give_back_unrepaired(mending.technician(), repair_id=row.id, now=LATE)

    assert (mending.again(row).state, RepairCharge.objects.get().state) == ("ready", "dropped")
    assert Stock.objects.get(item__sku="PSU-1").held == 0


def test_somebody_who_may_decide_makes_it_free_with_a_reason() -> None:
    make.item("PSU-1", stock=1)
    order = mending.sold(months=1)
    row = mending.came(mending.asked(order, now=LATE), now=LATE)

    with pytest.raises(repairing_working.ReasonNeeded):
        repairing_working.decide_coverage(make.agent_wang(), repair_id=row.id, is_covered=True, why="", now=LATE)
    repairing_working.decide_coverage(make.agent_wang(), repair_id=row.id, is_covered=True, why="善意", now=LATE)

    assert mending.diagnosed(row, parts=(PartWant(sku="PSU-1"),), now=LATE).state == "approved"

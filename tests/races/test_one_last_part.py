"""Two repairs want the last part, the only technician; two people answer a quote: one gets it, nothing goes below 0."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from steward.kernel.errors import Refusal
from steward.modules.inventory.models import SetAside, Stock
from steward.modules.inventory.queries.ledger import differences
from steward.modules.returns.commands import repairing_goods, repairing_quotes, repairing_visits
from steward.modules.returns.commands.repairing_goods import PartWant
from steward.modules.returns.commands.repairing_visits import VisitDraft
from steward.modules.returns.models import Repair, RepairCharge, RepairPart, RepairQuote, RepairVisit
from steward.modules.returns.tests import case, mending
from tests import make
from tests.races.crowd import at_once, behind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_of_two_repairs_that_want_the_last_part_at_once_one_gets_it_and_the_other_waits() -> None:
    make.item("PSU-1", stock=1)
    receipt = mending.asked(mending.sold(2), 2)
    mending.came(receipt)
    rows = [mending.diagnosed(row) for row in Repair.objects.filter(case__number=receipt.number).order_by("id")]
    actor, wants = mending.technician(), [PartWant(sku="PSU-1")]
    works = [
        partial(repairing_goods.want_parts, actor, repair_id=row.id, wants=wants, now=mending.CAME) for row in rows
    ]

    at_once(*works)

    assert sorted(RepairPart.objects.values_list("state", flat=True)) == ["set_aside", "wanted"]
    stock = Stock.objects.get(item__sku="PSU-1")
    assert (stock.on_hand, stock.held, SetAside.objects.count(), differences()) == (1, 1, 1, [])


def test_of_two_customers_who_want_the_only_technician_at_once_one_is_told_to_choose_again() -> None:
    receipt = mending.asked(mending.sold(2), 2)
    mending.technician()
    first, second = Repair.objects.filter(case__number=receipt.number).order_by("id")
    Repair.objects.filter(id=second.id).update(case=_another_case(second))
    draft = VisitDraft(starts_at=case.LATER + timedelta(days=1))
    agent = make.agent_wang()

    def book(row: Repair) -> str:
        try:
            repairing_visits.book_visit(agent, repair_id=row.id, draft=draft, now=case.LATER)
        except Refusal as refusal:
            return refusal.code
        return "booked"

    assert sorted(at_once(lambda: book(first), lambda: book(second))) == ["booked", "technician_busy"]
    assert RepairVisit.objects.filter(state="planned").count() == 1


def _another_case(row: Repair) -> int:
    """Let a repair belong to a case of its own, so that the cases' lock does not decide."""
    other = row.case
    other.pk, other.number = None, f"{other.number}-B"
    other.save(force_insert=True)
    type(row.piece).objects.filter(id=row.piece_id).update(case=other)
    return int(other.pk)


def test_a_quote_that_is_agreed_to_and_declined_at_once_has_one_answer() -> None:
    row = mending.came(mending.asked(mending.sold(months=1), now=mending.AFTER), now=mending.AFTER)
    row = mending.diagnosed(row, now=mending.AFTER)
    quote = repairing_quotes.quote_repair(mending.technician(), repair_id=row.id, minutes=30, now=mending.AFTER)
    answer = partial(repairing_quotes.answer_quote, make.TESTER, quote_id=quote, now=mending.AFTER)

    def decline() -> str:
        try:
            answer(is_approved=False)
        except repairing_quotes.QuoteOver:
            return "over"
        return "declined"

    assert behind(lambda: answer(is_approved=True), decline) == "over"
    assert (RepairQuote.objects.get().state, RepairCharge.objects.count()) == ("approved", 1)

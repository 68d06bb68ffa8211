"""Other lines and amounts in the place of those that stand."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel.models import Event as LoggedEvent
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.models import Promise
from steward.modules.orders import queries
from steward.modules.orders.commands import audit, mend, progress, settle
from steward.modules.orders.commands.amounts import GoodsStand
from steward.modules.orders.models import Conflict, Line, Order, OrderFinding
from steward.modules.orders.rules.drafts import LineDraft
from tests import make

pytestmark = pytest.mark.django_db


def _wrong_total() -> OrderFinding:
    """Take in an order whose total of 189.00 does not add up to its line of 199.00, paid as the line says."""
    make.item(stock=5)
    make.order(total_minor=18_900, payments=[make.payment(19_900)])
    return OrderFinding.objects.get(code="total_mismatch")


def test_a_suggested_total_is_taken_and_the_money_judged_by_it() -> None:
    finding = _wrong_total()

    mend.take_suggestion(make.agent_wang(), finding_id=finding.id, now=make.NOW)

    order = Order.objects.get()
    assert (order.total_minor, order.payment_state, order.state) == (19_900, "paid", "audit")
    assert OrderFinding.objects.get(code="total_mismatch").resolution == "mended"


def test_the_timeline_shows_a_taken_total_before_and_after() -> None:
    finding = _wrong_total()
    assert queries.order_detail(finding.order_id).findings[0].can_be_taken

    mend.take_suggestion(make.agent_wang(), finding_id=finding.id, now=make.NOW)

    mended = next(entry for entry in queries.timeline(finding.order_id).entries if entry.kind == "orders.order_mended")
    assert [(change.before, change.after) for change in mended.changes] == [("189.00 CNY", "199.00 CNY")]


def test_who_took_a_total_does_not_audit_the_order() -> None:
    finding = _wrong_total()
    mend.take_suggestion(make.TESTER, finding_id=finding.id, now=make.NOW)

    with pytest.raises(audit.OwnMend):
        audit.approve_orders(make.TESTER, order_ids=[finding.order_id], now=make.NOW)
    assert Order.objects.get().state == "audit"


def test_who_owns_the_program_that_took_a_total_does_not_audit_the_order() -> None:
    finding = _wrong_total()
    mend.take_suggestion(make.program("orders.mend"), finding_id=finding.id, now=make.NOW)

    with pytest.raises(audit.OwnMend):
        audit.approve_orders(make.administrator(), order_ids=[finding.order_id], now=make.NOW)
    assert Order.objects.get().state == "audit"


def test_another_person_checks_a_taken_total_and_the_order_goes_on() -> None:
    finding = _wrong_total()
    mend.take_suggestion(make.TESTER, finding_id=finding.id, now=make.NOW)

    make.checked(finding.order_id)
    assert Order.objects.get().state == "approved"


def test_a_mended_total_never_passes_its_audit_by_itself() -> None:
    finding = _wrong_total()
    mend.take_suggestion(make.TESTER, finding_id=finding.id, now=make.NOW)

    assert progress.advance_orders(make.TESTER, order_ids=[finding.order_id], now=make.NOW) == 0


def _conflict(**second: Any) -> Conflict:
    """Take in two pieces, paid, and then the same order again with other content."""
    make.item(stock=5)
    make.item("STOVE", stock=2)
    make.order(quantity=2, payments=[make.payment(2 * 19_900)])
    make.order(**{"payments": [make.payment(2 * 19_900)], **second})
    return Conflict.objects.get()


STOVES = [LineDraft(sku="STOVE", quantity=2, unit_price_minor=19_900)]


def _promised() -> dict[str, int]:
    return dict(Promise.objects.values_list("item__sku", "promised"))


def test_new_lines_are_taken_with_their_promises_and_findings() -> None:
    conflict = _conflict(lines=STOVES)

    settle.settle_conflict(make.agent_wang(), conflict_id=conflict.id, decision="take_goods", now=make.NOW)

    order = Order.objects.get()
    assert list(Line.objects.values_list("item__sku", "quantity")) == [("STOVE", 2)]
    assert _promised() == {"TENT-2": 0, "STOVE": 2}
    assert (order.state, order.payment_state, order.fulfilment_state) == ("audit", "paid", "promised")
    assert inventory.differences() == []


def test_taken_lines_stand_before_and_after_in_the_timeline() -> None:
    conflict = _conflict(lines=STOVES)

    settle.settle_conflict(make.agent_wang(), conflict_id=conflict.id, decision="take_goods", now=make.NOW)

    data = LoggedEvent.objects.get(kind="orders.order_mended").data
    assert (data["before"], data["after"]) == (
        {"lines": ["2 × TENT-2 · 199.00 CNY"]},
        {"lines": ["2 × STOVE · 199.00 CNY"]},
    )


def test_taken_lines_that_are_short_of_stock_hold_the_order() -> None:
    conflict = _conflict(lines=[LineDraft(sku="STOVE", quantity=3, unit_price_minor=19_900)])

    settle.settle_conflict(make.agent_wang(), conflict_id=conflict.id, decision="take_goods", now=make.NOW)

    order = Order.objects.get()
    assert (order.state, order.payment_state, order.fulfilment_state) == ("received", "partly_paid", "short")
    assert OrderFinding.objects.get(code="short_of_stock", resolved_at=None).params["sku"] == "STOVE"
    assert _promised() == {"TENT-2": 0, "STOVE": 0}


def test_a_greater_amount_makes_a_paid_order_wait_for_the_rest() -> None:
    conflict = _conflict(quantity=3)

    settle.settle_conflict(make.agent_wang(), conflict_id=conflict.id, decision="take_goods", now=make.NOW)

    order = Order.objects.get()
    assert (order.state, order.payment_state, order.total_minor) == ("checked", "partly_paid", 3 * 19_900)
    assert _promised()["TENT-2"] == 3


def test_all_of_the_second_content_can_be_taken() -> None:
    conflict = _conflict(lines=STOVES, recipient=make.recipient(street="文一路 1 号"))

    settle.settle_conflict(make.agent_wang(), conflict_id=conflict.id, decision="take_all", now=make.NOW)

    shown = queries.order_detail(conflict.order_id)
    assert shown.order.customer.street.startswith("文一路")
    assert [line.sku for line in shown.lines] == ["STOVE"]


def test_lines_in_another_currency_are_refused_with_the_reason() -> None:
    conflict = _conflict(currency="USD")

    with pytest.raises(GoodsStand, match="USD"):
        settle.settle_conflict(make.agent_wang(), conflict_id=conflict.id, decision="take_goods", now=make.NOW)


def test_an_approved_order_keeps_its_lines() -> None:
    conflict = _conflict(lines=STOVES)
    Order.objects.update(state="approved")

    with pytest.raises(mend.MendTooLate):
        settle.settle_conflict(make.agent_wang(), conflict_id=conflict.id, decision="take_goods", now=make.NOW)

    assert list(Line.objects.values_list("item__sku", flat=True)) == ["TENT-2"]
    assert _promised() == {"TENT-2": 2, "STOVE": 0}

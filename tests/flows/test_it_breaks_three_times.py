"""A power bank breaks, is mended free of charge twice with parts and a loaner, and the third time money goes back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from steward.kernel import moment
from steward.modules.catalog.models import Item
from steward.modules.inventory.models import Movement
from steward.modules.inventory.queries.ledger import differences
from steward.modules.orders.models import Line
from steward.modules.payments.models import RefundRequest
from steward.modules.returns.models import Case, Loaner, Repair
from steward.modules.returns.tests import case
from tests import make
from tests.portal.signed import browser_of

pytestmark = pytest.mark.django_db
SERIAL = "PB-0001"


def _asked(at: datetime, order: str, line: int) -> Repair:
    """Let the customer ask for a repair on their own page, and the house agree; return the repair."""
    with moment.frozen(at):
        own = browser_of(locale="en")
        asked = {f"line-{line}": "1", "reason": "defective", "kind": "repair", "words": "充不进电"}
        sent = own.post(reverse("my_request", args=[order]), asked)
        assert sent.status_code == 302, sent.text
        number = Case.objects.latest("id").number
        make.browser("zhao").post(f"/returns/{number}/approve")
        make.settle()
        row = Repair.objects.latest("id")
        assert row.number in own.get(reverse("my_case", args=[number])).text
        return row


def _here_and_diagnosed(row: Repair, at: datetime) -> None:
    """Let the parcel come and the technician say what is wrong."""
    with moment.frozen(at):
        zhao = make.browser("zhao")
        zhao.post(f"/returns/{row.case.number}/receive", {f"piece_{row.piece_id}": "receive"})
        make.settle()
        found = {"serial": SERIAL, "fault": "battery", "cause": "defect", "minutes": "15", "sku": ["CELL", ""]}
        zhao.post(f"/returns/repairs/{row.number}/diagnose", found | {"quantity": ["1", "1"]})


def test_what_breaks_a_third_time_is_not_repaired_again_but_paid_back() -> None:
    make.item("CELL", stock=5)
    make.item("SPARE-PB", stock=1)
    order = case.delivered(1)
    Item.objects.filter(sku="TENT-2").update(warranty_months=12, serialised=True)
    line = Line.objects.get(order=order).id
    zhao = make.browser("zhao")
    for again in range(2):
        at = case.LATER + timedelta(days=20 * again)
        row = _asked(at, order.number, line)
        _here_and_diagnosed(row, at + timedelta(days=2))
        page = f"/returns/repairs/{row.number}"
        with moment.frozen(at + timedelta(days=3)):
            zhao.post(f"{page}/lend", {"sku": "SPARE-PB", "warehouse": "hangzhou", "serial": "L-1"})
            zhao.post(f"{page}/begin")
            zhao.post(f"{page}/test", {"passed": "yes", "minutes": "40"})
            zhao.post(f"{page}/loaner_back", {"grade": "A"})
            zhao.post(f"{page}/send_back", {"carrier": "sf", "tracking_number": f"SF{again}"})
            make.settle()
        row.refresh_from_db()
        assert (row.state, row.result, row.serial) == ("returned", "repaired", SERIAL)
        assert Case.objects.get(id=row.case_id).state == "completed"
        if not again:
            make.arrival(Item.objects.get(sku="SPARE-PB").id, 1)

    at = case.LATER + timedelta(days=60)
    row = _asked(at, order.number, line)
    _here_and_diagnosed(row, at + timedelta(days=2))
    with moment.frozen(at + timedelta(days=2)):
        own = browser_of(locale="en")
        mine = reverse("my_repair", args=[row.number])
        assert "You have the choice" in own.get(mine).text
        assert own.post(mine, {"wish": "refund"}).status_code == 302
        make.settle()
        row.refresh_from_db()
        following = Case.objects.get(number=row.next_case)
        assert (row.state, following.kind, following.state) == ("refund_instead", "return_refund", "requested")
        make.browser("zhao").post(f"/returns/{following.number}/approve")
        piece = following.pieces.get()
        zhao.post(f"/returns/{following.number}/receive", {f"piece_{piece.id}": "receive"})
        zhao.post(f"/returns/{following.number}/inspect", {"piece": str(piece.id), "grade": "D", "serial": SERIAL})
        zhao.post(f"/returns/{following.number}/judge", {f"piece_{piece.id}": "accept"})
        make.browser("wang").post(f"/returns/{following.number}/settle")
        make.settle()

    assert RefundRequest.objects.get().amount_minor == 19_900
    used = Movement.objects.filter(item__sku="CELL", kind="shipped").values_list("quantity", flat=True)
    assert (list(used), Loaner.objects.filter(state="returned").count(), differences()) == ([-1, -1], 2, [])

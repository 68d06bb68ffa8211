"""Wrong goods with a picture: a case from the console, two parcels, one lost, mixed findings, money back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.kernel import moment
from steward.modules.inventory.models import Movement
from steward.modules.logistics.tests import ship
from steward.modules.messaging.models import Message
from steward.modules.messaging.tests import files
from steward.modules.orders.models import Line
from steward.modules.payments import commands as payments
from steward.modules.payments.models import Refund
from steward.modules.returns.models import Case, Evidence, RefundDue
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db
FIRST, SECOND = "SF7770000000001", "SF7770000000002"


def test_wrong_goods_come_back_in_two_parcels_and_what_counts_is_paid_back() -> None:
    order = case.delivered(3)
    line = Line.objects.get(order=order)
    agent, manager = make.browser("wang"), make.browser("zhao")
    with moment.frozen(case.LATER):
        picture = SimpleUploadedFile("wrong.jpg", files.picture(), "image/jpeg")
        asked = {"reason": "wrong_item", "kind": "return_refund", f"line_{line.id}": "3", "files": picture}
        agent.post(f"/returns/new?order={order.number}", asked)
        row = Case.objects.get()
        assert (row.state, Evidence.objects.count()) == ("requested", 1)
        agent.post(f"/returns/{row.number}/approve")
        row.refresh_from_db()
        assert row.state == "requested"
        manager.post(f"/returns/{row.number}/approve")
        ids = [one.id for one in row.pieces.order_by("position")]
        agent.post(f"/returns/{row.number}/parcel", {"tracking_number": FIRST, "piece": ids[:2]})
        agent.post(f"/returns/{row.number}/parcel", {"tracking_number": SECOND, "method": "label"})
    ship.heard(ship.said("delivered", hours=90, number=FIRST), ship.said("lost", hours=95, number=SECOND))
    make.settle()
    with moment.frozen(case.LATER + timedelta(days=2)):
        manager.post(f"/returns/{row.number}/receive", {f"piece_{ids[0]}": "receive", f"piece_{ids[1]}": "receive"})
        page = manager.get(f"/returns/scan?q={FIRST}", follow=True)
        assert str(ids[0]) in page.text
        manager.post(f"/returns/{row.number}/inspect", {"piece": str(ids[0]), "grade": "A"})
        manager.post(f"/returns/{row.number}/inspect", {"piece": str(ids[1]), "grade": "D", "verdict": "reject"})
        make.settle()
        assert [one.acceptance for one in row.pieces.order_by("position")] == ["accepted", "rejected", "accepted"]
        due = RefundDue.objects.get()
        refund = Refund.objects.get(request_id=due.request_id)
        assert (due.amount_minor, refund.amount_minor) == (39_800, 39_800)
        payments.settle_by_hand(make.administrator(), number=refund.number, transaction="BANK-1", now=moment.now())
        make.settle()

    row.refresh_from_db()
    assert (row.state, row.refunded_minor) == ("completed", 39_800)
    assert list(Movement.objects.filter(reference=row.number).values_list("quantity", "condition")) == [(1, "sellable")]
    assert Message.objects.filter(template="case_news").count() == 2

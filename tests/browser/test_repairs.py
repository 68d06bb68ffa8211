"""A technician with a phone says what is wrong and quotes; the customer agrees behind their link; it is begun."""

from __future__ import annotations

from datetime import timedelta

from steward.kernel import moment
from steward.modules.catalog.models import Item
from steward.modules.logistics.models import Shipment
from steward.modules.messaging.queries.links import portal_link
from steward.modules.messaging.rules.signed_links import PATH
from steward.modules.orders.models import Line, Order
from steward.modules.returns.commands import deciding, receiving, repairing_opening
from steward.modules.returns.commands.drafts import CaseDraft, Want
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.models import Piece, Repair
from tests import make
from tests.browser.conftest import Visit
from tests.browser.test_portal import apart, faults_of
from tests.browser.visitor import DESK, PHONE


def _here(sent: str) -> str:
    """Let what a shipment had brought break, without a warranty, and come to us; return the number of the repair."""
    order = Order.objects.get(id=Shipment.objects.get(number=sent).order_id)
    line = Line.objects.filter(order=order).order_by("position")[0]
    Item.objects.filter(id=line.item_id).update(warranty_months=0, serialised=False)
    draft = CaseDraft(
        order_number=order.number,
        kind="repair",
        reason="defective",
        wants=(Want(line.id, 1),),
        source="desk",
        words="灯不亮",
        despite="客户自费维修",
    )
    now = moment.now()
    case_id = open_cases(make.TESTER, drafts=[draft], now=now)[0].id or 0
    deciding.approve_case(make.manager_zhao(), case_id=case_id, now=now)
    repairing_opening.open_repairs(make.TESTER, case_ids=[case_id], now=now)
    arrived = {Piece.objects.get(case_id=case_id).id: "receive"}
    receiving.receive_pieces(make.TESTER, case_id=case_id, arrived=arrived, now=now)
    repairing_opening.receive_repairs(make.TESTER, case_ids=[case_id], now=now)
    return Repair.objects.get(case_id=case_id).number


def _link(number: str) -> str:
    row = Repair.objects.get(number=number)
    link = portal_link("repair", row.id, expires_at=moment.now() + timedelta(days=3), now=moment.now())
    return link[link.index(PATH) :]


def test_a_repair_is_diagnosed_quoted_agreed_to_and_done_on_phones(visit: Visit) -> None:
    admin = visit("admin", size=PHONE)
    number = apart(lambda: _here(admin.house.sent))
    admin.go(f"/returns/repairs/{number}")
    admin.look("to-diagnose")
    admin.page.locator("form[action$='/diagnose'] textarea[name=note]").fill("灯板虚焊")
    admin.page.locator("form[action$='/diagnose'] button.btn-primary").click()
    admin.toast("已登记，下一步见本页")
    admin.page.locator("summary").filter(has_text="报价").click()
    admin.page.locator("form[action$='/quote'] button.btn-primary").click()
    admin.toast("报价已发给客户")
    admin.page.set_viewport_size(DESK)  # type: ignore[arg-type]  # a plain dict serves
    admin.look("quoted")

    guest = visit(size=PHONE)
    guest.go(apart(lambda: _link(number)))
    guest.sees("请确认是否维修")
    assert faults_of(guest, "quote-of-the-customer") == []
    guest.page.locator("button[name=wish][value=approve]").click()
    guest.sees("已安排维修")
    assert faults_of(guest, "agreed") == []

    admin.go(f"/returns/repairs/{number}")
    admin.page.locator("summary").filter(has_text="开始维修").click()
    admin.page.locator("form[action$='/begin'] button").click()
    admin.toast("已开始维修")
    admin.look("queue-of-repairs")

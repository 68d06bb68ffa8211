"""What tests of repairs begin with: a delivered heater with a warranty, its case, and somebody who can repair."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from steward.kernel.actor import Actor
from steward.modules.catalog.models import Item
from steward.modules.orders.models import Order
from steward.modules.returns.commands import deciding, receiving, repairing_working
from steward.modules.returns.commands.repairing_goods import PartWant
from steward.modules.returns.commands.repairing_working import Diagnosis, WorkDraft
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import Repair
from steward.modules.returns.tests import case
from tests import make

CAME = case.LATER + timedelta(days=2)
AFTER = case.LATER + timedelta(days=800)


def sold(quantity: int = 1, *, months: int = 12, serialised: bool = False, number: str = "A-1") -> Order:
    """Let an order be delivered whose goods carry a warranty of some months."""
    order = case.delivered(quantity, number)
    Item.objects.filter(sku="TENT-2").update(warranty_months=months, serialised=serialised)
    return order


def asked(order: Order, quantity: int = 1, *, now: datetime = case.LATER, **facts: Any) -> CaseReceipt:
    """Ask for a repair of so many pieces and let somebody agree to it."""
    receipt = case.opened(order, quantity, kind="repair", reason="defective", now=now, **facts)
    assert receipt.refusal is None, receipt.refusal
    if case.case_of(receipt).state == "requested":
        deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=now)
    make.settle()
    return receipt


def came(receipt: CaseReceipt, *, now: datetime = CAME) -> Repair:
    """Let the goods of a repair case arrive; return its first repair."""
    arrived = {one.id: "receive" for one in case.pieces(receipt)}
    receiving.receive_pieces(make.manager_zhao(), case_id=receipt.id or 0, arrived=arrived, now=now)
    make.settle()
    return repair_of(receipt)


def repair_of(receipt: CaseReceipt) -> Repair:
    """Read the first repair of a case."""
    return Repair.objects.filter(case__number=receipt.number).order_by("id")[0]


def technician() -> Actor:
    """Return who repairs in these tests."""
    return make.manager_zhao()


def diagnosed(row: Repair, *, parts: tuple[PartWant, ...] = (), now: datetime = CAME, **facts: Any) -> Repair:
    """Say what is wrong with it: a defect of the power supply, found in twenty minutes."""
    said: dict[str, Any] = {"fault": "power", "cause": "defect", "work": WorkDraft(minutes=20, note="电源坏了")} | facts
    found = Diagnosis(parts=parts, **said)
    repairing_working.diagnose_repair(technician(), repair_id=row.id, found=found, now=now)
    return again(row)


def again(row: Repair) -> Repair:
    """Read a repair anew."""
    return Repair.objects.select_related("case", "piece").get(id=row.id)


def mended(row: Repair, *, now: datetime = CAME, used: dict[int, int] | None = None) -> Repair:
    """Let an agreed repair be done and work again."""
    repairing_working.begin_repair(technician(), repair_id=row.id, now=now)
    work = WorkDraft(minutes=40, note="换了电源")
    repairing_working.record_test(technician(), repair_id=row.id, passed=True, work=work, used=used, now=now)
    return again(row)

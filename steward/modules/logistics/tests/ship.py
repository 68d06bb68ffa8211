"""Goods on their way, for tests: an order that is approved, reserved, planned, packed, handed over."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.reserving import Placement, reserve_stock
from steward.modules.logistics.commands import handing_over, packing, picking, shipments, tracking
from steward.modules.logistics.commands.shipments import ShipmentPlan
from steward.modules.logistics.models import Carrier, Parcel, Service, Shipment
from steward.modules.logistics.ports import Report
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.modules.orders.commands import progress
from steward.modules.orders.models import Order
from steward.modules.orders.rules.drafts import BuyerDraft, PaymentDraft
from tests import make

SKU = "TENT-2"


def service(code: str = "sf-std", carrier: str = "sf", **facts: Any) -> Service:
    """Let a carrier carry for us."""
    row, _made = Carrier.objects.get_or_create(code=carrier, defaults={"name": "顺丰速运", "name_en": "SF Express"})
    known = {"name": "标快", "name_en": "Standard", "storage_classes": ["ambient"], **facts}
    return Service.objects.get_or_create(carrier=row, code=code, defaults=known)[0]


def approved(number: str = "A-1", *, quantity: int = 1, **changes: Any) -> int:
    """Take in an order that is paid and passes everything by itself; return its id."""
    paid = changes.pop("payments", None) or [make.payment(19_900 * quantity, f"T-{number}")]
    facts = changes | ({} if number == "A-1" else _somebody_else(number))
    order_id = make.order(number, quantity=quantity, payments=paid, **facts).order_id
    progress.advance_orders(make.TESTER, order_ids=[order_id], now=make.NOW)
    assert Order.objects.get(id=order_id).state == "approved"
    return order_id


def _somebody_else(number: str) -> dict[str, Any]:
    """Let another buyer order, so that nobody takes it for the same order twice."""
    phone = f"139{zlib.crc32(number.encode()) % 10**8:08d}"
    buyer = BuyerDraft(external_id=number, name="林晓", phone=phone)
    return {"buyer": buyer, "recipient": make.recipient(name="林晓", phone=phone, street=f"文二路 {phone[-3:]} 号")}


def reserved(order_id: int, item_id: int, quantity: int = 1) -> list[int]:
    """Set goods of an order aside; return the reservations."""
    lot = next(one for one in inventory.stock_for_allocation([item_id], "main") if one.free >= quantity)
    placement = Placement(order_id, None, item_id, lot.stock_id, quantity)
    assert set_aside([placement]) == {}
    return [one.id for one in inventory.reservations_of_orders([order_id]) if one.state == "open"]


def set_aside(placements: Sequence[Placement]) -> dict[int, dict[int, int]]:
    """Reserve as a step of a command."""
    return reserve_stock(placements)


def planned(
    number: str = "A-1",
    *,
    item_id: int | None = None,
    sku: str = SKU,
    quantity: int = 1,
    promised: date | None = None,
    payments: Sequence[PaymentDraft] = (),
    **plan: Any,
) -> str:
    """Plan a shipment of a whole order; return its number."""
    item_id = item_id or make.item(sku, stock=10)
    order_id = approved(number, quantity=quantity, sku=sku, payments=payments)
    reservations = reserved(order_id, item_id, quantity)
    warehouse = inventory.reservations_of_orders([order_id])[0].warehouse_id
    lines = [(id_, item_id, quantity) for id_ in reservations]
    facts = {"service_id": service().id, **plan}
    wanted = ShipmentPlan(order_id=order_id, warehouse_id=warehouse, lines=lines, promised_date=promised, **facts)
    return shipments.plan_shipments(make.TESTER, plans=[wanted], now=make.NOW)[0]


def packed(
    number: str = "A-1", *, tracking_number: str = "SF1234567890123", sku: str = SKU, quantity: int = 1, **facts: Any
) -> str:
    """Pick and pack a shipment into one parcel; return its number."""
    shipment = planned(number, sku=sku, quantity=quantity, **facts)
    for _ in range(quantity):
        picking.scan_piece(make.TESTER, number=shipment, code=sku, now=make.NOW)
    parcel = ParcelDraft(weight_g=2_400, tracking_number=tracking_number)
    packing.pack_shipment(make.TESTER, number=shipment, parcels=[parcel], now=make.NOW)
    return shipment


def sent(number: str = "A-1", *, now: datetime = make.NOW, **facts: Any) -> Shipment:
    """Hand a shipment to its carrier; return it."""
    shipment = packed(number, **facts)
    done = handing_over.hand_over(make.TESTER, numbers=[shipment], now=now)
    assert not done.refused, done.refused
    return Shipment.objects.get(number=shipment)


def said(state: str, *, hours: float = 1, number: str = "SF1234567890123", **facts: Any) -> Report:
    """Return what the carrier says some hours after everything began."""
    return Report(tracking_number=number, codes=(state,), at=make.NOW + timedelta(hours=hours), **facts)


def heard(*reports: Report, hours: float = 100) -> tracking.Recorded:
    """Record reports some hours after everything began."""
    now = make.NOW + timedelta(hours=hours)
    return tracking.record_tracking(make.TESTER, source="tests", format_="standard", reports=reports, now=now)


def where(number: str = "SF1234567890123") -> tuple[str, str]:
    """Tell where a parcel and its shipment are."""
    parcel = Parcel.objects.select_related("shipment").get(tracking_number=number)
    return parcel.state, parcel.shipment.state

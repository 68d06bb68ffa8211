"""What the sample's warehouses packed and sent, and what carriers reported of it: every state, and some trouble."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from steward.kernel.actor import Actor
from steward.modules.logistics.commands import claims, handing_over, packing, picking, tracking, watching
from steward.modules.logistics.commands.returning import ReturnDraft, announce_return
from steward.modules.logistics.commands.tracking_sources import save_source
from steward.modules.logistics.ports import Report
from steward.modules.logistics.queries import shipments as queries
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.sample.people import SYSTEM, Crew

MOST = 90
FRESH = timedelta(hours=6)
TABLE = ("planned", "planned", "planned", "picking", "packed", "packed")
# What becomes of ten that left; each name is a story of events below.
STORIES = (
    "delivered",
    "delivered",
    "delivered",
    "delivered",
    "moving",
    "moving",
    "moving",
    "out",
    "failed",
    "silent",
)
RARE = {4: "lost", 11: "damaged", 17: "late", 23: "odd", 29: "returned"}
SCRIPT: dict[str, tuple[tuple[str, float], ...]] = {
    "delivered": (
        ("picked_up", 0.1),
        ("in_transit", 0.35),
        ("arrived", 0.7),
        ("out_for_delivery", 0.85),
        ("delivered", 0.95),
    ),
    "moving": (("picked_up", 0.2), ("in_transit", 0.6)),
    "out": (("picked_up", 0.1), ("in_transit", 0.4), ("arrived", 0.8), ("out_for_delivery", 0.95)),
    "failed": (("picked_up", 0.1), ("arrived", 0.6), ("out_for_delivery", 0.8), ("failed_attempt", 0.9)),
    "silent": (),
    "lost": (("picked_up", 0.1), ("in_transit", 0.3), ("lost", 0.9)),
    "damaged": (("picked_up", 0.1), ("arrived", 0.6), ("damaged", 0.9)),
    "late": (("picked_up", 0.1), ("delayed", 0.7)),
    "odd": (("picked_up", 0.1), ("ZT-917", 0.6)),
    "returned": (("picked_up", 0.1), ("arrived", 0.4), ("going_back", 0.6), ("returned", 0.9)),
}
SAID = {
    "picked_up": "快件已被揽收",
    "in_transit": "快件离开转运中心，发往下一站",
    "arrived": "快件到达派送网点",
    "out_for_delivery": "快件正在派送，请保持电话畅通",
    "delivered": "快件已签收",
    "failed_attempt": "收件人不在，改日再派",
    "delayed": "受天气影响，快件滞留",
    "lost": "快件查找无果，按丢失处理",
    "damaged": "外包装破损，已登记",
    "going_back": "收件人拒收，快件退回",
    "returned": "快件已退回寄件方",
}
PREFIXES = {"suoyun": "SY", "baichuan": "BC", "bingyuan": "BY", "tuoshan": "TS", "linli": "LL"}


def send(crew: Crew, random: Random, now: datetime) -> int:
    """Pack and send what is planned, older ones further; let carriers report. Returns how many left."""
    packer, coordinator = crew.first("warehouse"), crew.first("logistics_coordinator")
    found = queries.shipments_page(queries.ShipmentFilters(states=("planned",)), limit=500)[::-1]
    old = [one for one in found if one.planned_at < now - FRESH][:MOST]
    fresh = [one for one in found if one.planned_at >= now - FRESH]
    for place, one in enumerate(fresh[:24]):
        _to_table(packer, one.number, TABLE[place % len(TABLE)], random, now)
    reports: list[Report] = []
    for start in sorted({one.planned_at for one in old}):
        batch = [one.number for one in old if one.planned_at == start]
        left_at = start + timedelta(hours=5)
        for number in batch:
            _to_table(packer, number, "packed", random, left_at - timedelta(hours=2))
        handing_over.hand_over(packer, numbers=batch, now=left_at, taken_by="浙A·3T862 李师傅")
        reports += _reports(batch, random, left_at, now)
    reports += _odd(now)
    random.shuffle(reports)
    save_source(coordinator, code="carriers", name="快递推送（演示）", format_="standard")
    tracking.record_tracking(SYSTEM, source="carriers", format_="standard", reports=reports, now=now)
    _take_back(packer, random, now)
    watching.watch_all(SYSTEM, now=now)
    _claim(coordinator, now)
    return len(old)


def _to_table(packer: Actor, number: str, until: str, random: Random, at: datetime) -> None:
    """Take a shipment as far as it is to come."""
    if until == "planned":
        return
    detail = queries.shipment(number)
    for line in detail.lines if until == "packed" else detail.lines[:1]:
        picking.scan_piece(packer, number=number, code=line.sku, now=at, units=line.quantity)
    if until == "picking":
        return
    tracking_number = f"{PREFIXES.get(detail.row.carrier_code, 'XX')}{random.randrange(10**12, 10**13)}"
    parcel = ParcelDraft(weight_g=random.randrange(4, 60) * 100, tracking_number=tracking_number)
    packing.pack_shipment(packer, number=number, parcels=[parcel], now=at)


def _reports(numbers: Sequence[str], random: Random, left_at: datetime, now: datetime) -> list[Report]:
    """Let the carrier say where parcels are, between their hand-over and now."""
    found = []
    for place, number in enumerate(numbers):
        row = queries.shipment(number).row
        if row.state != "handed_over" or not row.tracking:
            continue
        story = RARE.get(place) or STORIES[place % len(STORIES)]
        cities = (row.warehouse_name.removesuffix("仓") + "转运中心", row.city)
        for code, share in SCRIPT[story]:
            near = code in ("out_for_delivery", "delivered", "failed_attempt", "arrived", "damaged")
            found.append(
                Report(
                    tracking_number=row.tracking[0],
                    codes=(code,),
                    at=left_at + (now - left_at) * min(0.99, share + random.random() * 0.04),
                    text=SAID.get(code, "内部状态 ZT-917"),
                    place=cities[1] if near else cities[0],
                    district_code=row.district_code if near else "",
                    expected_date=(now + timedelta(days=4)).date() if code == "delayed" else None,
                )
            )
    return found


def _odd(now: datetime) -> list[Report]:
    """Report of a parcel nobody knows, and of tomorrow."""
    return [
        Report(tracking_number="SF1390000000007", codes=("in_transit",), at=now - timedelta(hours=3), place="义乌市"),
        Report(
            tracking_number="1Z5R89390357567127", codes=("picked_up",), at=now - timedelta(hours=9), place="Shenzhen"
        ),
    ]


def _take_back(packer: Actor, random: Random, now: datetime) -> None:
    """Let three buyers send something back: one parcel is awaited, one is on its way, one has come in."""
    rows = queries.shipments_page(queries.ShipmentFilters(states=("delivered",)), limit=3)
    reports: list[Report] = []
    for row, scans in zip(rows, ((), ("picked_up", "in_transit"), ("picked_up", "delivered")), strict=False):
        prefix = PREFIXES.get(row.carrier_code, "XX")
        number = f"{prefix}{random.randrange(10**12, 10**13)}"
        draft = ReturnDraft(shipment=row.number, tracking_number=number, carrier=row.carrier_code)
        announce_return(packer, draft=draft, now=now - timedelta(hours=3))
        reports += [
            Report(tracking_number=number, codes=(code,), at=now - timedelta(hours=2 - place), place=row.city)
            for place, code in enumerate(scans)
        ]
    tracking.record_tracking(SYSTEM, source="carriers", format_="standard", reports=reports, now=now)


def _claim(coordinator: Actor, now: datetime) -> None:
    """Claim what was lost and damaged, and follow one claim to the carrier's word."""
    states = ("lost", "damaged")
    rows = queries.shipments_page(queries.ShipmentFilters(states=states), limit=4)
    for place, row in enumerate(rows):
        parcel = queries.shipment(row.number).parcels[0]
        draft = claims.ClaimDraft(parcel_code=parcel.code, kind=row.state, amount_minor=19_900, reason=SAID[row.state])
        number = claims.open_claim(coordinator, draft=draft, now=now - timedelta(hours=2))
        if place == 0:
            claims.add_evidence(coordinator, number=number, name="", note="查件回复截图见工单", now=now)
            claims.submit_claim(coordinator, number=number, reference="LP-20260318", now=now)

"""The sample's service stations, one of our own and a partner's, with who came, who is there and who will come."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from steward.modules.orders import queries as orders
from steward.modules.people.commands import CalendarDraft, appointments, save_calendar
from steward.modules.people.commands.appointments import AppointmentDraft
from steward.modules.people.commands.stations import StationDraft, save_station
from steward.modules.people.queries import stations
from steward.modules.people.queries.stations import FreeSlot, StationView
from steward.sample.people import SYSTEM, Crew

CALENDAR = "stations"
MORNING, AFTERNOON = (9 * 60, 12 * 60 + 30), (13 * 60 + 30, 20 * 60)
SERVICES = ("repair", "return", "exchange", "advice")
OUTCOMES = ("更换拉链，已试用", "收下退货，外观完好", "换同款新品", "讲解使用方法")
NOTES = ("帐篷拉链卡住", "未拆封，七天无理由", "尺码偏小", "炉头点不着火")
# So many visits on each day around today.
DAYS = {-1: 5, 0: 7, 1: 5, 2: 3}


def receive(crew: Crew, rng: Random, now: datetime) -> int:
    """Open two stations and let customers of the newest orders come there. Returns how many visits there are."""
    manager = crew.first("after_sales_manager")
    draft = CalendarDraft(name="服务站点（含午休）", week=[(MORNING, AFTERNOON)] * 7)
    save_calendar(manager, code=CALENDAR, draft=draft, reason="站点营业时间", now=now)
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    own = StationDraft(
        name="杭州西湖服务站", district_code="330106", address="文三路 90 号东部软件园 1 号楼", phone="0571-8888 0101",
        calendar_code=CALENDAR, services={"repair": 60, "return": 30, "exchange": 30, "advice": 30}, places=2,
        latitude=30.2767, longitude=120.1276, note="地铁 2 号线学院路站 C 口",
    )  # fmt: skip
    partner = StationDraft(
        name="成都锦江合作站", district_code="510104", address="春熙路南段 18 号", phone="028-8666 0202",
        calendar_code=CALENDAR, services={"repair": 90, "return": 30, "installation": 90}, slot_min=30,
        latitude=30.6541, longitude=104.0806, is_partner=True, partner_name="成都山野户外服务有限公司",
        contract_from=today - timedelta(days=200), contract_until=today + timedelta(days=165),
    )  # fmt: skip
    save_station(manager, code="hangzhou-xihu", draft=own)
    save_station(manager, code="chengdu-jinjiang", draft=partner)
    return _visits(crew, rng, now)


def _visits(crew: Crew, rng: Random, now: datetime) -> int:
    page = orders.orders_page(orders.OrderFilters(historic=False), limit=60)
    buyers = [row.id for row in page.rows if row.state != "cancelled" and not row.simulated]
    made = 0
    for place in stations.stations():
        for days, wanted in DAYS.items():
            slots = _slots(place, rng, now, days, wanted if place.places > 1 else wanted // 2)
            for slot in slots:
                if not buyers:
                    return made
                _visit(crew, rng, place, slot, buyers.pop(0), now)
                made += 1
    return made


def _slots(place: StationView, rng: Random, now: datetime, days: int, wanted: int) -> list[FreeSlot]:
    """Draw times of a day, which all were free when they were booked three days ago; the first is always kept."""
    day = now.astimezone(ZoneInfo(place.zone)).date() + timedelta(days=days)
    free = stations.free_slots([place], service="repair", first=day, days=1, now=now - timedelta(days=3))
    apart = [slot for slot in free if (slot.starts_at - free[0].starts_at) % timedelta(minutes=120) == timedelta(0)]
    return sorted(rng.sample(apart, min(wanted, len(apart))), key=lambda slot: slot.starts_at)


def _visit(crew: Crew, rng: Random, place: StationView, slot: FreeSlot, order_id: int, now: datetime) -> None:
    """Book a visit, and let pass what has passed by now: who came was served, one in eight did not come."""
    agent = crew.someone("customer_service")
    kind = rng.randrange(len(SERVICES))
    service = SERVICES[kind] if SERVICES[kind] in place.services else "repair"
    draft = AppointmentDraft(
        station_code=place.code,
        service=service,
        starts_at=slot.starts_at,
        customer_id=orders.order_detail(order_id).customer_id,
        subject_kind="order",
        subject_id=order_id,
        note=NOTES[kind],
    )
    booked_at = slot.starts_at - timedelta(days=2, hours=rng.randrange(20))
    visit = appointments.book_appointment(agent, draft=draft, now=min(booked_at, now))
    if slot.starts_at > now or rng.random() < 0.12:
        return
    appointments.check_in(agent, appointment_id=visit, now=slot.starts_at - timedelta(minutes=rng.randrange(10)))
    if slot.ends_at <= now:
        ended = slot.ends_at - timedelta(minutes=5)
        appointments.finish_appointment(agent, appointment_id=visit, outcome=OUTCOMES[kind], now=ended)


def miss(now: datetime) -> int:
    """Note who did not come."""
    return appointments.miss_appointments(SYSTEM, now=now)

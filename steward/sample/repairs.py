"""What the sample merchant repairs: one repair in each state, within the warranty and after it, one with a loaner.

The same every time but for the dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from steward.kernel.actor import Actor
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.commands import ItemDraft, create_items
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.returning import orders_bought
from steward.modules.people.queries import stations
from steward.modules.returns.commands import (
    deciding,
    receiving,
    repairing_ending,
    repairing_loaners,
    repairing_opening,
    repairing_quotes,
    repairing_visits,
    repairing_working,
)
from steward.modules.returns.commands.drafts import CaseDraft, Want
from steward.modules.returns.commands.repairing_goods import PartWant
from steward.modules.returns.commands.repairing_working import Diagnosis, WorkDraft
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.queries.cases import case
from steward.modules.returns.queries.claimable import claimable
from steward.modules.returns.queries.repairs import repair, repairs_of_cases
from steward.sample.people import SYSTEM, Crew

LOOKED_AT, MOST = 400, 9
SWITCH, CELL, LENT = "SPARE-SWITCH", "SPARE-CELL", "LAMP-LED"
SPARES = (
    ItemDraft(sku=SWITCH, name_zh="电源开关组件", name_en="Power switch assembly", price_minor=3_900, weight_g=40),
    ItemDraft(sku=CELL, name_zh="锂电芯组", name_en="Battery cell pack", price_minor=12_900, weight_g=320),
)
WORDS = ("用了几个月，开关接触不良", "充不进电", "拉链卡死，拉不动", "灯珠不亮", "背带开线")
FOUND = (
    ("power", "开关触点氧化"),
    ("battery", "电芯衰减，内阻偏大"),
    ("mechanical", "拉头变形"),
    ("display", "灯板虚焊"),
)


class Bench(Struct):
    """Who repairs, when, and which repair of the sample it is."""

    technician: Actor
    manager: Actor
    warehouse: str
    now: datetime


def mend(crew: Crew, now: datetime) -> int:
    """Let customers ask for repairs, and let each come another way. Returns how many repairs there are."""
    warehouse = inventory.warehouses()[0][0]
    _stock_spares(crew, warehouse)
    agent, manager = crew.first("customer_service"), crew.first("after_sales_manager")
    begun = now - timedelta(days=2)
    receipts = open_cases(agent, drafts=list(_drafts()), now=begun)
    opened = [one for one in receipts if one.refusal is None and one.id is not None]
    for one in opened:
        if one.state == "requested":
            deciding.approve_case(manager, case_id=one.id or 0, now=begun)
    ids = [one.id or 0 for one in opened]
    repairing_opening.open_repairs(SYSTEM, case_ids=ids, now=begun)
    bench = Bench(crew.first("technical_support"), manager, warehouse, now)
    for place, row in enumerate(repairs_of_cases(ids)):
        _go_on(bench, row.id, place)
    return len(ids)


def _stock_spares(crew: Crew, warehouse: str) -> None:
    """Put a few switches on the shelf; battery cells are short, so one repair waits for them."""
    made = create_items(crew.first("order_clerk"), items=list(SPARES))
    received = MovementDraft(warehouse, made[SWITCH], "received", 20, reference="SPARES")
    record_movements(SYSTEM, movements=[received])


def _drafts() -> Iterator[CaseDraft]:
    """Ask for the repair of one piece of orders whose goods carry a warranty, new ones and old ones in turn."""
    found = 0
    for historic in (False, True):
        page = orders.orders_page(orders.OrderFilters(historic=historic), limit=LOOKED_AT)
        for order in orders_bought(numbers=[row.number for row in page.rows]):
            items = catalog.items_by_id({line.item_id for line in order.lines})
            covered = {line.id for line in order.lines if items[line.item_id].warranty_months}
            lines = [one for one in claimable(order.id) if one.free and one.line_id in covered] if covered else []
            if not lines or found == (MOST if historic else MOST - 3):
                continue
            yield CaseDraft(
                order_number=order.number,
                kind="repair",
                reason="defective",
                wants=(Want(lines[0].line_id, 1),),
                source="desk" if found % 2 else "portal",
                words=WORDS[found % len(WORDS)],
                opened=True,
                despite="样机演示：由售后主管复核",
            )
            found += 1


def _go_on(bench: Bench, repair_id: int, place: int) -> None:
    """Let a repair come so far: a visit is agreed, here, diagnosed, waits for parts, in work, ready, back."""
    if place == 0:
        _agree(bench, repair_id)
        return
    view = repair(repair_id)
    ids = [one.id for one in case(view.row.case_id).pieces]
    came = bench.now - timedelta(hours=20 - place)
    receiving.receive_pieces(bench.manager, case_id=view.row.case_id, arrived=dict.fromkeys(ids, "receive"), now=came)
    repairing_opening.receive_repairs(SYSTEM, case_ids=[view.row.case_id], now=came)
    if place == 1:
        return
    fault, note = FOUND[place % len(FOUND)]
    part = PartWant(sku=CELL if place == 2 else SWITCH, quantity=1)
    found = Diagnosis(
        fault=fault,
        cause="misuse" if place == 3 else "defect",
        serial=f"SN{repair_id:08d}",
        parts=(part,),
        work=WorkDraft(minutes=20, note=note),
    )
    repairing_working.diagnose_repair(bench.technician, repair_id=repair_id, found=found, now=bench.now)
    _mend(bench, repair_id, place)


def _agree(bench: Bench, repair_id: int) -> None:
    """Agree on the next free time at a station."""
    for one in stations.stations():
        if "repair" not in one.services:
            continue
        first = bench.now.astimezone(ZoneInfo(one.zone)).date()
        slots = stations.free_slots([one], service="repair", first=first, days=5, now=bench.now)
        if slots:
            draft = repairing_visits.VisitDraft(starts_at=slots[0].starts_at, station=one.code)
            repairing_visits.book_visit(bench.manager, repair_id=repair_id, draft=draft, now=bench.now)
            return


def _mend(bench: Bench, repair_id: int, place: int) -> None:
    """Quote what is not covered, and agree to some; begin, finish and give back what is covered."""
    technician, now = bench.technician, bench.now
    view = repair(repair_id)
    if view.row.state == "diagnosed" and view.row.coverage != "in":
        quote = repairing_quotes.quote_repair(technician, repair_id=repair_id, minutes=40, now=now)
        if place % 2:
            return
        repairing_quotes.answer_quote(SYSTEM, quote_id=quote, is_approved=True, now=now)
        view = repair(repair_id)
    if place < 4 or view.next != "approved":
        return
    repairing_working.begin_repair(technician, repair_id=repair_id, now=now)
    if place == 4:
        _lend(bench, repair_id)
        return
    work = WorkDraft(minutes=35, note="已更换开关并老化测试 2 小时")
    repairing_working.record_test(technician, repair_id=repair_id, passed=True, work=work, now=now)
    if place > 5 and repair(repair_id).owed is None:
        tracking = f"SF{repair_id:013d}"
        repairing_ending.send_back(technician, repair_id=repair_id, carrier="sf", tracking_number=tracking, now=now)


def _lend(bench: Bench, repair_id: int) -> None:
    """Lend a lamp out of a warehouse that has one to spare."""
    lamp = catalog.items_by_sku([LENT])[LENT]
    free = next((one for one in inventory.stock_for_allocation([lamp.id], "main") if one.free > 0), None)
    if free is not None:
        place = inventory.warehouse_code(free.warehouse_id)
        draft = repairing_loaners.LoanDraft(sku=LENT, warehouse=place, serial="LOAN-01")
        repairing_loaners.lend(bench.technician, repair_id=repair_id, draft=draft, now=bench.now)

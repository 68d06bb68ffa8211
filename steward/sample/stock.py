"""Open the sample's warehouses and fill them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from steward.kernel.actor import system
from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as asked_for
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.catalog.commands import set_components
from steward.modules.inventory.commands.clearing import CostDraft, set_costs
from steward.modules.inventory.commands.ending_write_offs import follow_approvals
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.places import ZoneDraft, add_zones, open_warehouse
from steward.modules.inventory.queries import local_day
from steward.modules.inventory.queries.write_offs import write_off
from steward.sample.goods import BUNDLES, SHELF_LIFE, Good, goods
from steward.sample.people import Crew

SYSTEM = system("sample")
# code → name, district, what it is fit for, orders a day
WAREHOUSES = {
    "hangzhou": ("杭州仓", "330110", ("ambient", "chilled", "frozen", "hazardous"), 900),
    "guangzhou": ("广州仓", "440111", ("ambient", "chilled", "frozen", "hazardous"), 600),
    "chengdu": ("成都仓", "510116", ("ambient", "chilled", "hazardous"), 400),
}
SHARES = {"hangzhou": 0.5, "guangzhou": 0.3, "chengdu": 0.2}
PIECES_PER_POPULARITY = 140
COST_SHARE = 0.58
# Of every fourth article nobody has said yet what it costs, so it is valued at its price.
UNKNOWN_EVERY = 4
SPOILT_PIECES = 24
SPOILT = "盘点：质检不合格，整批报废"


def movements(rng: Random, item_ids: dict[str, int], today: date) -> list[MovementDraft]:
    """Draw what arrived: plenty of most articles, little of some, and two that are gone; bundles have no stock."""
    found: list[MovementDraft] = []
    for good in goods():
        item_id = item_ids[good.sku]
        if good.sku in BUNDLES:
            continue
        if good.stock is None:
            found += _plenty(rng, good, item_id, today)
        elif good.stock:
            found.append(_came(good, "hangzhou", item_id, good.stock, "PO-2404", today, 0.6))
        else:
            found.append(_came(good, "hangzhou", item_id, SPOILT_PIECES, "PO-2398", today, 0.4))
            gone = MovementDraft("hangzhou", item_id, "adjusted", -SPOILT_PIECES, "", SPOILT, lot=found[-1].lot)
            found.append(gone)
    return found


def _plenty(rng: Random, good: Good, item_id: int, today: date) -> list[MovementDraft]:
    """Spread an article over the warehouses; now and then a stocktake finds one broken."""
    total = good.popularity * PIECES_PER_POPULARITY + rng.randint(0, 99)
    found = []
    for code, share in SHARES.items():
        if good.storage_class not in WAREHOUSES[code][2]:
            continue
        pieces, order = max(int(total * share), 1), f"PO-{rng.randint(2310, 2399)}"
        if good.sku not in SHELF_LIFE:
            found.append(MovementDraft(code, item_id, "received", pieces, order))
            continue
        soon = max(pieces // 5, 1)
        found.append(_came(good, code, item_id, soon, order, today, rng.uniform(0.2, 0.35)))
        found.append(_came(good, code, item_id, pieces, order, today, rng.uniform(0.7, 0.9)))
    if rng.random() < 0.2 and good.sku not in SHELF_LIFE:
        found.append(MovementDraft("guangzhou", item_id, "adjusted", -rng.randint(1, 3), "", "盘点：破损"))
    return found


def _came(good: Good, code: str, item_id: int, pieces: int, order: str, today: date, life_left: float) -> MovementDraft:
    """Write what arrived, of what keeps for a time with a lot that has so much of its life left. Units: share 0–1."""
    draft = MovementDraft(code, item_id, "received", pieces, order)
    if good.sku in SHELF_LIFE:
        days = SHELF_LIFE[good.sku][0]
        draft.expires_date = today + timedelta(days=int(days * life_left))
        draft.produced_date = draft.expires_date - timedelta(days=days)
        draft.lot = f"{draft.produced_date:%y%m%d}-{code[:2].upper()}"
    return draft


def fill(crew: Crew, rng: Random, item_ids: dict[str, int], now: datetime) -> None:
    """Open the warehouses, put the bundles together, say what goods cost and record what arrived and what spoilt."""
    keeper = crew.first("warehouse")
    for code, (name, district, classes, capacity) in WAREHOUSES.items():
        open_warehouse(
            keeper, code=code, name=name, district_code=district, storage_classes=classes, daily_capacity=capacity
        )
        add_zones(keeper, warehouse=code, zones=[ZoneDraft("dock", "ambient", "receiving")])
        add_zones(keeper, warehouse=code, zones=[ZoneDraft("hold", "ambient", "quarantine")])
    for sku, parts in BUNDLES.items():
        set_components(SYSTEM, item_id=item_ids[sku], components=parts)
    set_costs(SYSTEM, costs=_costs(), now=now)
    drafts = movements(rng, item_ids, local_day(now))
    recorded = record_movements(keeper, movements=drafts, now=now - timedelta(hours=6))
    _agree(crew, recorded.waiting, now - timedelta(hours=5))


def _costs() -> list[CostDraft]:
    return [
        CostDraft(good.sku, round(good.price_minor * COST_SHARE), "CNY")
        for place, good in enumerate(goods())
        if place % UNKNOWN_EVERY and good.sku not in BUNDLES
    ]


def _agree(crew: Crew, numbers: Sequence[str], at: datetime) -> None:
    """Let as many people as it needs agree to what left by hand beyond the limit, and book it as a worker would."""
    settled = []
    for number in numbers:
        view = asked_for.approval(write_off(number).approval_id or 0)
        if view is None:
            continue
        for decider in [*crew.all_of(view.role), crew.first("administrator")][: view.needed]:
            approvals.decide(decider, approval_id=view.id, verdict="grant", now=at)
        settled.append(
            ApprovalSettled(
                approval_id=view.id,
                kind=view.kind,
                about_kind=view.subject_kind,
                about_id=view.subject_id,
                outcome="granted",
                reason="",
            )
        )
    follow_approvals(SYSTEM, settled=settled, now=at)

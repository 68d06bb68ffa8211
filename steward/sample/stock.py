"""Open the sample's warehouses and fill them."""

from __future__ import annotations

from random import Random

from steward.kernel.actor import Actor
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.places import open_warehouse
from steward.sample.goods import Good, goods

# code → name, district, what it is fit for, orders a day
WAREHOUSES = {
    "hangzhou": ("杭州仓", "330110", ("ambient", "chilled", "frozen", "hazardous"), 900),
    "guangzhou": ("广州仓", "440111", ("ambient", "chilled", "frozen", "hazardous"), 600),
    "chengdu": ("成都仓", "510116", ("ambient", "chilled", "hazardous"), 400),
}
SHARES = {"hangzhou": 0.5, "guangzhou": 0.3, "chengdu": 0.2}
PIECES_PER_POPULARITY = 140
SPOILT_PIECES = 24
SPOILT = "盘点：质检不合格，整批报废"


def movements(rng: Random, item_ids: dict[str, int]) -> list[MovementDraft]:
    """Draw what arrived: plenty of most articles, little of some, and two that are gone."""
    found: list[MovementDraft] = []
    for good in goods():
        item_id = item_ids[good.sku]
        if good.stock is None:
            found += _plenty(rng, good, item_id)
        elif good.stock:
            found.append(MovementDraft("hangzhou", item_id, "received", good.stock, "PO-2404"))
        else:
            found.append(MovementDraft("hangzhou", item_id, "received", SPOILT_PIECES, "PO-2398"))
            found.append(MovementDraft("hangzhou", item_id, "adjusted", -SPOILT_PIECES, "", SPOILT))
    return found


def _plenty(rng: Random, good: Good, item_id: int) -> list[MovementDraft]:
    """Spread an article over the warehouses; now and then a stocktake finds one broken."""
    total = good.popularity * PIECES_PER_POPULARITY + rng.randint(0, 99)
    found = [
        MovementDraft(code, item_id, "received", max(int(total * share), 1), f"PO-{rng.randint(2310, 2399)}")
        for code, share in SHARES.items()
        if good.storage_class in WAREHOUSES[code][2]
    ]
    if rng.random() < 0.2:
        found.append(MovementDraft("guangzhou", item_id, "adjusted", -rng.randint(1, 3), "", "盘点：破损"))
    return found


def fill(keeper: Actor, rng: Random, item_ids: dict[str, int]) -> int:
    """Open the warehouses and record what arrived. Returns the number of movements."""
    for code, (name, district, classes, capacity) in WAREHOUSES.items():
        open_warehouse(
            keeper, code=code, name=name, district_code=district, storage_classes=classes, daily_capacity=capacity
        )
    return record_movements(keeper, movements=movements(rng, item_ids))

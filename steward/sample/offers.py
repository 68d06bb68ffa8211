"""Ask some buyers whose goods are short what they want; one has answered, the others may still choose."""

from __future__ import annotations

from datetime import datetime, timedelta

from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.commands import set_substitutes
from steward.modules.orders import queries as orders
from steward.modules.orders.commands.offers import make_offer
from steward.modules.orders.commands.offers_answering import answer_offer
from steward.sample.people import Crew

# What may stand in for what, the first choice first.
STAND_INS = {
    "TENT-1": ("TENT-2",),
    "POT-CAST": ("POT-SET",),
    "TENT-SNOW": ("TENT-4",),
    "GAS-450": ("GAS-230",),
    "GAS-230": ("GAS-450",),
    "BAG-DOWN": ("BAG-LIGHT",),
    "CHAIR-MOON": ("CHAIR-LOW",),
}
ASKED = 4


def make(crew: Crew, now: datetime) -> int:
    """Name substitutes, make a few offers, and let one be answered by phone. Returns how many offers there are."""
    clerk = crew.first("order_clerk")
    ids = catalog.item_ids_by_sku({*STAND_INS, *(sku for skus in STAND_INS.values() for sku in skus)})
    for sku, skus in STAND_INS.items():
        if sku in ids:
            set_substitutes(clerk, item_id=ids[sku], skus=[one for one in skus if one in ids])
    agent = crew.someone("customer_service")
    short = orders.OrderFilters(fulfilment_state="short", historic=False)
    made = 0
    for row in orders.orders_page(short, limit=ASKED * 10).rows:
        at = now - timedelta(hours=9 * (made + 1) % 40)
        try:
            offer_id = make_offer(agent, order_id=row.id, now=at)
        except errors.Refusal:  # this one has come to its end, or is asked already
            continue
        if made == 0:
            answer_offer(agent, offer_id=offer_id, option="wait", reason="客户来电，愿意等到货", now=now)
        made += 1
        if made == ASKED:
            break
    return made

"""Whom of the sample's customers to be when looking at customers' own pages."""

from __future__ import annotations

from collections.abc import Collection

from steward.modules.customers.queries.contact import contacts
from steward.modules.customers.queries.merged import family
from steward.modules.logistics.queries.shipments import ShipmentFilters, shipments_page
from steward.modules.orders.queries.buyers import buyer_totals
from steward.modules.orders.queries.returning import orders_bought

LOOKED_AT = 40


def guest() -> str:
    """Name the phone of a customer who got a parcel lately and has ordered most; "" where there is none.

    In clear: these people were drawn by chance, and nothing leaves the house in the demonstration.
    """
    came = shipments_page(ShipmentFilters(states=("delivered",), direction="outbound"), limit=LOOKED_AT)
    buyers = {one.customer_id for one in orders_bought(ids=[row.order_id for row in came])} - {None}
    reachable = {
        id_: one.phone for id_, one in contacts([id_ for id_ in buyers if id_ is not None]).items() if one.phone
    }
    if not reachable:
        return ""
    return reachable[max(reachable, key=lambda id_: (_ordered(family([id_])), -id_))]


def _ordered(customer_ids: Collection[int]) -> int:
    """Count what a person ordered."""
    return sum(total.orders for total in buyer_totals(customer_ids))

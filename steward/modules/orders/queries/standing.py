"""Where orders stand, in the few words that conditions of modules above ask for."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from steward.modules.orders.models import Order


class Standing(Struct, frozen=True):
    """The axes of an order, its shop's code and what it comes to. Units: minor currency units."""

    state: str
    payment_state: str
    fulfilment_state: str
    shop: str
    total_minor: int


def standing_of(order_ids: Collection[int]) -> dict[int, Standing]:
    """Tell where orders stand, by id; one query, or none for none."""
    if not order_ids:
        return {}
    fields = ("id", "state", "payment_state", "fulfilment_state", "shop__code", "total_minor")
    return {id_: Standing(*facts) for id_, *facts in Order.objects.filter(id__in=order_ids).values_list(*fields)}

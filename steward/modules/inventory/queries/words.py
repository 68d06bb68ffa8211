"""What kinds, conditions and states of stock are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.modules.inventory.rules.write_offs import BY_HAND

KINDS: Mapping[str, Any] = {
    "received": _("Goods received"),
    "shipped": _("Goods shipped"),
    "adjusted": _("Adjustment"),
    "returned": _("Goods returned"),
    "transferred_out": _("Sent to another warehouse"),
    "transferred_in": _("Come from another warehouse"),
    "regraded": _("Condition changed"),
    "written_off": _("Goods written off"),
    "counted": _("Stocktake"),
}
CONDITIONS: Mapping[str, Any] = {
    "sellable": pgettext_lazy("condition of goods", "Sellable"),
    "quarantine": pgettext_lazy("condition of goods", "In quarantine"),
    "damaged": pgettext_lazy("condition of goods", "Damaged"),
}
SUPPLY_STATES: Mapping[str, Any] = {
    "planned": pgettext_lazy("supply", "Planned"),
    "on_the_way": pgettext_lazy("supply", "On its way"),
    "partly_received": pgettext_lazy("supply", "Partly received"),
    "received": pgettext_lazy("supply", "Received"),
    "closed": pgettext_lazy("supply", "Closed"),
    "cancelled": pgettext_lazy("supply", "Cancelled"),
}
SUPPLY_KINDS: Mapping[str, Any] = {"purchase": _("Purchase order"), "transfer": _("Transfer")}
DIFFERENCES: Mapping[str, Any] = {
    "short": pgettext_lazy("receipt", "Short"),
    "over": pgettext_lazy("receipt", "Too many"),
    "damaged": pgettext_lazy("receipt", "Damaged"),
}
BALANCES: Mapping[str, Any] = {
    "on_hand": _("On hand, against the movements"),
    "reserved": _("Reserved, against the reservations of orders"),
    "sellable": _("Sellable in the pool, against its stock rows"),
    "promised": _("Promised by the pool, against the promise ledger"),
    "held": _("Held, against the write-offs that wait"),
    "beyond_promise": _("Reserved for an order, against what it was promised"),
}
METHODS: Mapping[str, Any] = {
    "given": pgettext_lazy("reorder point", "Given"),
    "computed": pgettext_lazy("reorder point", "Computed"),
}
STORAGE: Mapping[str, Any] = {
    "ambient": pgettext_lazy("storage", "Ambient"),
    "chilled": pgettext_lazy("storage", "Chilled"),
    "frozen": pgettext_lazy("storage", "Frozen"),
    "hazardous": pgettext_lazy("storage", "Hazardous"),
}
CAUSES: Mapping[str, Any] = {
    "expired": pgettext_lazy("write-off", "Expired"),
    "damaged": pgettext_lazy("write-off", "Damaged"),
    "lost": pgettext_lazy("write-off", "Lost"),
    "obsolete": pgettext_lazy("write-off", "Obsolete"),
    "adjusted": pgettext_lazy("write-off", "Adjusted by hand"),
    "shipped": pgettext_lazy("write-off", "Shipped by hand"),
}
WRITE_OFF_STATES: Mapping[str, Any] = {
    "waiting": pgettext_lazy("write-off", "Waits for approval"),
    "written_off": pgettext_lazy("write-off", "Written off"),
    "declined": pgettext_lazy("write-off", "Declined"),
    "lapsed": pgettext_lazy("write-off", "Lapsed undecided"),
    "withdrawn": pgettext_lazy("write-off", "Withdrawn"),
}
BOOKED = pgettext_lazy("write-off", "Booked")
VALUED_AT: Mapping[str, Any] = {
    "cost": pgettext_lazy("value of goods", "at cost"),
    "price": pgettext_lazy("value of goods", "at selling price (cost unknown)"),
}
SPEEDS: Mapping[str, Any] = {
    "slow": pgettext_lazy("stock", "Slow-moving"),
    "non_moving": pgettext_lazy("stock", "Non-moving"),
}


def write_off_state(state: str, cause: str) -> Any:
    """Name where a write-off stands; what was booked by hand is booked then, not written off."""
    return BOOKED if state == "written_off" and cause in BY_HAND else WRITE_OFF_STATES[state]

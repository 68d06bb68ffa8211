"""The words people read for allocation: reasons, ways of choosing, states, weights."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REASONS: dict[str, Any] = {
    "storage_class": _("No zone for these goods (chilled, frozen or hazardous)"),
    "not_served": _("No service brings such goods there"),
    "no_stock": _("Has none of it"),
    "shelf_life": _("Would not keep long enough after delivery"),
    "full": _("Takes no more orders today"),
    "taken": _("Its goods go to orders before this one"),
    "part": _("Has only a part of it"),
    "dearer": _("Could serve it, but dearer"),
}
MODES: dict[str, Any] = {
    "single": pgettext_lazy("allocation", "At once"),
    "flow": _("Wave, flow"),
    "splits": _("Wave, fewest split costs"),
}
WAVE_STATES: dict[str, Any] = {
    "queued": pgettext_lazy("wave", "Being planned"),
    "planned": pgettext_lazy("wave", "To decide"),
    "applied": pgettext_lazy("wave", "Carried out"),
    "discarded": pgettext_lazy("wave", "Discarded"),
    "failed": pgettext_lazy("wave", "Failed"),
}
WAVE_TONES = {"queued": "grey", "planned": "amber", "applied": "green", "discarded": "grey", "failed": "red"}
OUTCOMES: dict[str, Any] = {
    "planned": pgettext_lazy("order of a wave", "Planned"),
    "unserved": pgettext_lazy("order of a wave", "Not served"),
    "applied": pgettext_lazy("order of a wave", "Carried out"),
    "changed": pgettext_lazy("order of a wave", "Stock had moved"),
}
OUTCOME_TONES = {"planned": "blue", "unserved": "red", "applied": "green", "changed": "amber"}
STATES: dict[str, Any] = {
    "placed": pgettext_lazy("allocation", "Set aside"),
    "nothing": pgettext_lazy("allocation", "No goods found"),
    "ended": pgettext_lazy("allocation", "Ended"),
}
RANKS: dict[str, Any] = {
    "urgent": pgettext_lazy("priority", "Urgent"),
    "normal": pgettext_lazy("priority", "Normal"),
    "low": pgettext_lazy("priority", "Low"),
}
PIECES: dict[str, Any] = {
    "shipping_minor": _("Shipping price"),
    "distance_minor": _("Distance"),
    "late_minor": _("Lateness"),
    "load_minor": _("Load of the warehouse"),
    "freshness_minor": _("Freshness given away"),
}
# name → (label, unit, what it does)
WEIGHTS: dict[str, tuple[Any, str, Any]] = {
    "shipping_percent": (_("Shipping price"), "percent", _("How much of the carrier's price counts.")),
    "distance_minor_per_100_km": (_("Distance"), "minor", _("What 100 km of way count for each shipment.")),
    "late_minor_per_day": (_("Lateness"), "minor", _("What each day after the promise counts for each shipment.")),
    "freshness_percent": (
        _("Freshness"),
        "percent",
        _("How much of an item's price the freshest goods are spared for; what expires first goes first."),
    ),
    "freshness_days": (_("Fresh for"), "days", _("Goods that keep this long, or longer, count as fresh.")),
    "split_minor": (_("Split"), "minor", _("What every further shipment of the same order counts.")),
    "load_minor": (_("Load"), "minor", _("What a shipment from a warehouse at its daily limit counts.")),
    "unserved_minor": (_("Unserved order"), "minor", _("What an order left out counts at least, in comparisons.")),
    "rank_urgent": (_("Weight of urgent orders"), "times", _("How much more an urgent order left out counts.")),
    "rank_normal": (_("Weight of normal orders"), "times", _("How much more a normal order left out counts.")),
    "rank_low": (_("Weight of low orders"), "times", _("How much an order of low priority left out counts.")),
    "promised_days": (_("Promise"), "days", _("Days from the order to its delivery, where nothing else was promised.")),
    "handling_days": (_("Handling"), "days", _("Days a warehouse needs until the parcel leaves.")),
}


ENDINGS: dict[str, Any] = {
    "placed anew": pgettext_lazy("allocation", "Placed anew"),
    "goods given back": pgettext_lazy("allocation", "Its goods were given back"),
    "order cancelled": pgettext_lazy("allocation", "The order was cancelled"),
}


def ending_label(because: str) -> str:
    """Say why an allocation counts no longer: Steward's notes in the reader's language, people's words as they are."""
    return str(ENDINGS.get(because, because))


def reason_label(code: str) -> str:
    """Name why a warehouse was rejected."""
    return str(REASONS.get(code, code))

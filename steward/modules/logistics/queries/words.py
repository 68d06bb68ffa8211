"""Words for what logistics knows by code: states, storage classes, permits, faults of a tariff, causes of a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.modules.logistics.rules.tariffs import Fault

CARRIER_STATES: Mapping[str, Any] = {
    "active": pgettext_lazy("carrier", "Approved"),
    "probation": pgettext_lazy("carrier", "On probation"),
    "stopped": pgettext_lazy("carrier", "Stopped"),
}
VERBS: Mapping[str, Any] = {
    "approve": pgettext_lazy("carrier", "Approve"),
    "probate": pgettext_lazy("carrier", "Put on probation"),
    "stop": pgettext_lazy("carrier", "Stop"),
}
STORAGE_CLASSES: Mapping[str, Any] = {
    "ambient": gettext_lazy("Ambient"),
    "chilled": gettext_lazy("Chilled"),
    "frozen": gettext_lazy("Frozen"),
    "hazardous": gettext_lazy("Hazardous"),
}
LICENCES: Mapping[str, Any] = {
    "express": gettext_lazy("Express delivery permit"),
    "road": gettext_lazy("Road transport permit"),
    "air": gettext_lazy("Air transport agency permit"),
    "dangerous": gettext_lazy("Dangerous goods permit"),
    "cold_chain": gettext_lazy("Cold chain permit"),
    "business": gettext_lazy("Business licence"),
    "other": gettext_lazy("Other permit"),
}
VISIT_POINTS: Mapping[str, Any] = {
    "sorting": gettext_lazy("Sorting"),
    "cold_chain": gettext_lazy("Cold chain"),
    "safety": gettext_lazy("Safety"),
    "vehicles": gettext_lazy("Vehicles"),
    "staff": gettext_lazy("Staff"),
}
SURCHARGES: Mapping[str, Any] = {
    "fuel": gettext_lazy("Fuel"),
    "remote": gettext_lazy("Remote area"),
    "hazardous": gettext_lazy("Hazardous goods"),
    "chilled": gettext_lazy("Chilled goods"),
    "frozen": gettext_lazy("Frozen goods"),
    "heavy": gettext_lazy("Heavy parcel"),
    "other": gettext_lazy("Other surcharge"),
}
EXCLUSIONS: Mapping[str, Any] = {
    "carrier_stopped": gettext_lazy("The carrier is stopped."),
    "service_off": gettext_lazy("The service is switched off."),
    "storage_class": gettext_lazy("Does not carry goods of this storage class."),
    "too_heavy": gettext_lazy("The parcel is too heavy for it."),
    "too_long": gettext_lazy("The parcel is too big for it."),
    "not_covered": gettext_lazy("Does not go there."),
    "no_tariff": gettext_lazy("Has no tariff for that day."),
    "no_price": gettext_lazy("The tariff has no price for this lane and weight."),
    "contract_over": gettext_lazy("The contract does not cover that day."),
    "full": gettext_lazy("Has no capacity left for that day."),
}
CAUSES: Mapping[str, Any] = {
    "cheapest_on_time": gettext_lazy("The cheapest that keeps the promise."),
    "cheapest": gettext_lazy("The cheapest; no day was promised."),
    "most_likely": gettext_lazy("None keeps the promise surely enough; this one most likely does."),
    "nothing_fits": gettext_lazy("No service can carry it."),
    "by_hand": gettext_lazy("Chosen by a person."),
}
FAULTS: Mapping[str, Any] = {
    "currency_unknown": gettext_lazy("There is no currency “%(value)s”."),
    "tariff_empty": gettext_lazy("There is no row with a price."),
    "number_unfit": gettext_lazy("%(value)s is not possible here."),
    "number_unreadable": gettext_lazy("“%(value)s” in column “%(column)s” is no number."),
    "region_unknown": gettext_lazy("“%(value)s” is no known region. Write its name or the first digits of its code."),
    "storage_class_unknown": gettext_lazy("There is no storage class “%(value)s”."),
    "surcharge_unknown": gettext_lazy("There is no surcharge “%(value)s”."),
    "tier_ends_before_it_begins": gettext_lazy("The tier %(from)s–%(to)s kg ends before it begins."),
    "tier_overlaps": gettext_lazy("The tier %(from)s–%(to)s kg overlaps the tier %(other)s kg of row %(row)s."),
    "tier_gap": gettext_lazy("From %(from)s to %(to)s kg there is no price."),
    "price_missing": gettext_lazy("There is no price."),
    "price_falls": gettext_lazy("Above %(weight)s kg a heavier parcel costs less."),
    "column_missing": gettext_lazy("The sheet has no column “%(column)s”."),
    "code_unfit": gettext_lazy("A code is of small letters, digits, hyphens and underscores, at most 50."),
    "column_needed": gettext_lazy("Say which column it is."),
    "mapping_unreadable": gettext_lazy("The mapping cannot be read: %(value)s"),
    "mapping_unfit": gettext_lazy("The mapping holds more than it may, or characters that are none."),
    "tier_needed": gettext_lazy("At least one tier is needed."),
    "tier_without_price": gettext_lazy("The tier has neither a base price nor one per kilogram or cubic metre."),
    "unit_unknown": gettext_lazy("There is no unit of weight “%(value)s”."),
    "days_unfit": gettext_lazy("Days run from 0 to %(most)s."),
    "days_reversed": gettext_lazy("The longest time is shorter than the shortest."),
}


def word(words: Mapping[str, Any], code: str) -> str:
    """Name a code; one without a word stands for itself."""
    return str(words.get(code, code))


def fault_words(fault: Fault) -> str:
    """Say what is wrong, without where."""
    return str(FAULTS[fault.code]) % fault.params if fault.code in FAULTS else fault.code


def fault_text(fault: Fault) -> str:
    """Say what is wrong, with its row where it has one."""
    text = fault_words(fault)
    return _("Row %(row)s: %(text)s") % {"row": fault.row, "text": text} if fault.row else text

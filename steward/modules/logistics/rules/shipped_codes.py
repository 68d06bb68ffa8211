"""What the codes of known formats mean: the first rows of a table that people change.

Source: the public documentation of kuaidi100 (state and statusCode of its push), 17TRACK (v2.2 stage and sub_status)
and AfterShip (checkpoint tag and subtag).
"""

from __future__ import annotations

from collections.abc import Mapping

STANDARD = (
    "announced",
    "picked_up",
    "in_transit",
    "arrived",
    "customs",
    "delayed",
    "out_for_delivery",
    "to_collect",
    "failed_attempt",
    "delivered",
    "going_back",
    "returned",
    "lost",
    "damaged",
)

CODES: Mapping[str, Mapping[str, str]] = {
    "standard": {code: code for code in STANDARD},
    "kuaidi100": {
        "0": "in_transit",
        "1": "picked_up",
        "2": "delayed",
        "3": "delivered",
        "4": "going_back",
        "5": "out_for_delivery",
        "6": "going_back",
        "7": "in_transit",
        "8": "customs",
        "10": "customs",
        "11": "customs",
        "12": "customs",
        "13": "customs",
        "14": "going_back",
        "101": "announced",
        "102": "announced",
        "103": "picked_up",
        "201": "delayed",
        "202": "delayed",
        "203": "going_back",
        "204": "failed_attempt",
        "205": "to_collect",
        "206": "failed_attempt",
        "207": "failed_attempt",
        "208": "delayed",
        "209": "damaged",
        "301": "delivered",
        "302": "delivered",
        "303": "delivered",
        "304": "delivered",
        "401": "returned",
        "501": "to_collect",
        "1001": "arrived",
        "1002": "in_transit",
        "1003": "in_transit",
    },
    "track17": {
        "InfoReceived": "announced",
        "InTransit_PickedUp": "picked_up",
        "InTransit_Other": "in_transit",
        "InTransit_Departure": "in_transit",
        "InTransit_Arrival": "arrived",
        "InTransit_CustomsProcessing": "customs",
        "InTransit_CustomsReleased": "customs",
        "InTransit_CustomsRequiringInformation": "customs",
        "AvailableForPickup_Other": "to_collect",
        "OutForDelivery_Other": "out_for_delivery",
        "DeliveryFailure_Other": "failed_attempt",
        "DeliveryFailure_NoBody": "failed_attempt",
        "DeliveryFailure_Security": "failed_attempt",
        "DeliveryFailure_Rejected": "failed_attempt",
        "DeliveryFailure_InvalidAddress": "failed_attempt",
        "Delivered_Other": "delivered",
        "Exception_Returning": "going_back",
        "Exception_Returned": "returned",
        "Exception_Lost": "lost",
        "Exception_Damage": "damaged",
        "Exception_Delayed": "delayed",
        "Exception_Rejected": "going_back",
        "Exception_NoBody": "failed_attempt",
        "Expired_Other": "delayed",
    },
    "aftership": {
        "Pending": "announced",
        "InfoReceived": "announced",
        "InTransit": "in_transit",
        "InTransit_002": "picked_up",
        "OutForDelivery": "out_for_delivery",
        "AttemptFail": "failed_attempt",
        "AvailableForPickup": "to_collect",
        "Delivered": "delivered",
        "Exception": "delayed",
        "Exception_010": "going_back",
        "Exception_011": "returned",
        "Exception_012": "damaged",
        "Exception_013": "lost",
        "Expired": "delayed",
    },
}

# What the formats call the carriers of ours.
CARRIERS: Mapping[str, Mapping[str, str]] = {
    "kuaidi100": {
        "shunfeng": "sf",
        "yuantong": "yto",
        "zhongtong": "zto",
        "shentong": "sto",
        "yunda": "yunda",
        "jd": "jd",
        "ems": "ems",
        "debangkuaidi": "deppon",
        "jtexpress": "jt",
    },
    "track17": {
        "100012": "sf",
        "190157": "yto",
        "190455": "zto",
        "190324": "sto",
        "190341": "yunda",
        "3013": "ems",
        "100001": "dhl",
        "100002": "ups",
        "100003": "fedex",
    },
    "aftership": {
        "sf-express": "sf",
        "yto": "yto",
        "zto-express": "zto",
        "sto": "sto",
        "yundaex": "yunda",
        "china-ems": "ems",
        "jd-express": "jd",
        "dhl": "dhl",
        "ups": "ups",
        "fedex": "fedex",
    },
}


def carrier_of(format_: str, name: str) -> str:
    """Name a carrier as we do; one a format calls otherwise than we know keeps no name, its number will tell."""
    return CARRIERS.get(format_, {}).get(name.lower(), "")

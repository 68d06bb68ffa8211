"""Carriers: the states a carrier may be in, and what a service may carry."""

from __future__ import annotations

from collections.abc import Mapping

from steward.kernel import lifecycles

STATES = ("active", "probation", "stopped")
# Storage classes are the words of catalog; the upper module repeats none of its limits, only the words it offers.
STORAGE_CLASSES = ("ambient", "chilled", "frozen", "hazardous")
REGION_LENGTHS = (2, 4, 6)
LICENCE_KINDS = ("express", "road", "air", "dangerous", "cold_chain", "business", "other")
PHOTO_KINDS = ("jpeg", "png", "webp")
VISIT_POINTS = ("sorting", "cold_chain", "safety", "vehicles", "staff")
MOST_DAYS = 90

TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("active", "probate"): "probation",
    ("active", "stop"): "stopped",
    ("probation", "approve"): "active",
    ("probation", "probate"): "probation",
    ("probation", "stop"): "stopped",
    ("stopped", "approve"): "active",
    ("stopped", "probate"): "probation",
    ("active", "approve"): "active",
}


def next_state(state: str, verb: str) -> str:
    """Give the state a decision leads to. A decision may confirm the state: then only its reason and date are new.

    Raises: NotPossible.
    """
    return lifecycles.reached(TRANSITIONS, state, verb)


def is_region(code: str) -> bool:
    """Tell whether this is a prefix of a district code: 2 digits a province, 4 a city, 6 a district; "" everywhere."""
    return code == "" or (code.isascii() and code.isdigit() and len(code) in REGION_LENGTHS)

"""How goods on their way come in: the lifecycle, and what differs on arrival."""

from __future__ import annotations

from collections.abc import Mapping

KINDS = ("purchase", "transfer")
STATES = ("planned", "on_the_way", "partly_received", "received", "closed", "cancelled")
ON_THE_WAY = ("on_the_way", "partly_received")
DIFFERENCES = ("short", "over", "damaged")

TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("planned", "send"): "on_the_way",
    ("planned", "cancel"): "cancelled",
    ("on_the_way", "receive_part"): "partly_received",
    ("on_the_way", "receive_all"): "received",
    ("on_the_way", "close"): "closed",
    ("partly_received", "receive_part"): "partly_received",
    ("partly_received", "receive_all"): "received",
    ("partly_received", "close"): "closed",
}


def can(state: str, verb: str) -> bool:
    """Tell whether a supply in this state has this transition."""
    return (state, verb) in TRANSITIONS


def most_receivable(ordered: int, over_percent: float) -> int:
    """Return how many pieces of a line may come in at most. Units: pieces; a part of a piece counts as none."""
    return ordered + int(ordered * over_percent / 100)


def left_to_come(quantity: int, received: int, damaged: int) -> int:
    """Return how many pieces of a line are still on their way."""
    return max(0, quantity - received - damaged)


def over(quantity: int, before: int, now: int) -> int:
    """Return how many of the pieces that come now are more than were to come. Units: pieces."""
    return max(0, before + now - quantity) - max(0, before - quantity)

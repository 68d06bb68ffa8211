"""Giving up goods: the lifecycle as a table, what is worth how much, and what may be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

STATES = ("waiting", "written_off", "declined", "lapsed", "withdrawn")
CAUSES = ("expired", "damaged", "lost", "obsolete")
# What somebody booked away by hand beyond what goes without another person; it waits as a write-off does.
BY_HAND = ("adjusted", "shipped")
BASES = ("cost", "price")
TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("waiting", "grant"): "written_off",
    ("waiting", "refuse"): "declined",
    ("waiting", "lapse"): "lapsed",
    ("waiting", "withdraw"): "withdrawn",
}
# How an approval ended → what that does to the write-off.
VERBS = {"granted": "grant", "refused": "refuse", "expired": "lapse"}
MOST_PIECES = 1_000_000


def fault(
    *, quantity: int, free: int, cause: str, note: str, expires_date: date | None, today: date
) -> tuple[str, str] | None:
    """Name what is wrong with asking for a write-off: field and code. Units: pieces.

    Nothing may be given up that is set aside for an order or held for something else; goods have expired only after
    their day; and who gives up what still could be sold says why in words.
    """
    if cause not in CAUSES:
        return "cause", "unknown_cause"
    if not 0 < quantity <= MOST_PIECES:
        return "quantity", "counts"
    if quantity > free:
        return "quantity", "not_free"
    if cause == "expired" and (expires_date is None or expires_date >= today):
        return "cause", "not_expired"
    return ("note", "note_missing") if cause != "expired" and not note.strip() else None


def movement_kind(cause: str) -> str:
    """Name the movement by which goods leave: as it was meant by hand, else written off."""
    return cause if cause in BY_HAND else "written_off"


def unit_value(cost_minor: int | None, price_minor: int) -> tuple[int, str]:
    """Value a piece: what it cost where that is known, else its selling price, which errs towards more eyes.

    Units: minor units. Returns the value and what it was taken from (`cost` or `price`).
    Source: inventories stand at cost (IAS 2.9, CAS 1 §5); the price is the substitute where nobody gave a cost.
    """
    return (price_minor, "price") if cost_minor is None else (cost_minor, "cost")

"""How stock is counted: the lifecycles, what a scan means, what a sensible count is, and when somebody counts again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

STATES = ("counting", "comparing", "awaiting_approval", "approved", "done", "cancelled")
# Asked about: these count towards the limit of what is asked about next.
SUBMITTED = ("awaiting_approval", "approved", "done")
LIVE = ("counting", "comparing", "awaiting_approval", "approved")
TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("counting", "compare"): "comparing",
    ("counting", "cancel"): "cancelled",
    ("comparing", "recount"): "counting",
    ("comparing", "ask"): "awaiting_approval",
    ("comparing", "pass"): "approved",
    ("comparing", "cancel"): "cancelled",
    ("awaiting_approval", "grant"): "approved",
    ("awaiting_approval", "refuse"): "comparing",
    ("awaiting_approval", "lapse"): "comparing",
    ("awaiting_approval", "cancel"): "cancelled",
    ("approved", "book"): "done",
}
# What the second person's answer does to a stocktake that waits for it.
OUTCOMES: Mapping[str, str] = {"granted": "grant", "refused": "refuse", "expired": "lapse", "withdrawn": "lapse"}

SHEET_STATES = ("open", "counting", "handed_in", "cancelled")
SHEET_OPEN = ("open", "counting")
SHEET_TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("open", "count"): "counting",
    ("open", "give"): "open",
    ("open", "hand_in"): "handed_in",
    ("open", "cancel"): "cancelled",
    ("counting", "count"): "counting",
    ("counting", "give"): "open",
    ("counting", "hand_in"): "handed_in",
    ("counting", "cancel"): "cancelled",
}

# Between the SKU and the lot on a label of ours.
LOT_MARK = "#"
# A number of more digits is a barcode (the shortest, UPC-E and EAN-8, have six and more), never a count.
NUMBER_DIGITS = 5
Kind = Literal["piece", "number", "choose", "elsewhere", "unreadable"]


class Place(Struct, frozen=True):
    """Something to be counted on a sheet: an item's lot in a condition."""

    line_id: int
    sku: str
    barcode: str
    lot: str
    condition: str


class Scan(Struct, frozen=True):
    """What somebody scanned or typed. `units` goes with a number, `choices` are lines to choose from.

    `elsewhere` names goods that are not listed: what `sku` and `lot` say.
    """

    kind: Kind
    line_id: int | None = None
    units: int = 0
    choices: tuple[int, ...] = ()
    sku: str = ""
    lot: str = ""


def read_code(text: str) -> tuple[str, str]:
    """Split what a scanner typed into SKU (or the goods' own barcode) and lot; empty where it names no lot."""
    sku, _mark, lot = text.strip().partition(LOT_MARK)
    return sku.strip().upper(), lot.strip().upper()


def read_scan(text: str, places: Sequence[Place], current: int | None) -> Scan:
    """Say what a scan means on a sheet: a piece more of a line, a number for the line at hand, or a question.

    A code that is listed always is the code, even where it looks like a number. Goods that lie there in several lots or
    conditions go on where the counter is, else the counter chooses. Source: INV-5.
    """
    sku, lot = read_code(text)
    if not sku:
        return Scan("unreadable")
    listed = [one for one in places if sku in (one.sku.upper(), one.barcode.upper())]
    if not listed:
        if current is not None and not lot and sku.isascii() and sku.isdigit() and len(sku) <= NUMBER_DIGITS:
            return Scan("number", current, int(sku))
        return Scan("elsewhere", sku=sku, lot=lot)
    fitting = [one for one in listed if not lot or one.lot.upper() == lot]
    if not fitting:
        return Scan("elsewhere", sku=listed[0].sku, lot=lot)
    at_hand = next((one for one in fitting if one.line_id == current), None)
    if at_hand or len(fitting) == 1:
        return Scan("piece", (at_hand or fitting[0]).line_id)
    return Scan("choose", choices=tuple(one.line_id for one in fitting))


def count_fault(units: int, most: int) -> str:
    """Name what is wrong with a count: negative, absurd; empty when nothing is. Units: pieces."""
    if units < 0:
        return "negative"
    return "absurd" if units > most else ""


def must_recount(difference: int, counts: int, *, recount_from: int) -> bool:
    """Tell whether somebody else has to count a line before anybody is asked to agree. Units: pieces; times counted."""
    return counts < 2 and abs(difference) >= recount_from and difference != 0


def is_worth_recount(differences: Sequence[int], *, recount_from: int) -> bool:
    """Tell whether a line should be counted once more: it was not yet, or two people found different things.

    Takes the differences found, the first count first.
    """
    if not differences or differences[-1] == 0:
        return False
    if len(differences) == 1:
        return must_recount(differences[0], 1, recount_from=recount_from)
    return differences[-1] != differences[-2]


def numbers_shown(state: str, *, is_lead: bool) -> bool:
    """Tell whether somebody may see what the books said: nobody while anybody counts, then first who compares.

    Whoever may still be sent to count again must not know what to find, and a refusal leads back to comparing.
    """
    if state == "counting":
        return False
    return is_lead if state in ("comparing", "awaiting_approval") else True


def missing_beyond(difference: int, *, given_up: int) -> int:
    """Return what of a difference is missing beyond pieces given up as lost before they were counted. Units: pieces."""
    return min(0, difference + given_up) if difference < 0 else difference


def bookable(difference: int, *, on_hand: int, held: int, allow_backorder: bool) -> int:
    """Return how much of a difference can be booked: never below what is held, where nothing may lack. Units: pieces.

    What was reserved for orders gives way; what has left since it was counted cannot leave again.
    """
    if difference >= 0 or allow_backorder:
        return difference
    return -min(-difference, max(0, on_hand - held))

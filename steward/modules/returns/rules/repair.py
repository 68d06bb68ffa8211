"""How a repair goes, what its warranty covers, and when repairing is no longer enough. Source: RET-6."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from steward.kernel import lifecycles
from steward.modules.returns.rules.windows import window_ends

PLACES = ("sent_in", "station", "on_site")
FAULTS = ("power", "battery", "display", "connection", "mechanical", "leak", "heat", "noise", "appearance", "other")
CAUSES = ("defect", "wear", "misuse", "no_fault")
COVERAGES = ("in", "out", "unknown")
KINDS_OF_WORK = ("diagnosis", "repair", "test")
GRADES = ("A", "B", "C", "D")
REMEDIES = ("replacement", "refund")

TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("awaiting", "receive"): "received",
    ("awaiting", "cancel"): "cancelled",
    ("received", "diagnose"): "diagnosed",
    ("received", "give_back"): "ready",
    # Within the warranty nothing has to be agreed to; outside it nothing is done before the customer has agreed.
    ("diagnosed", "authorise"): "approved",
    ("diagnosed", "quote"): "quoted",
    ("diagnosed", "give_up"): "not_repairable",
    ("diagnosed", "give_back"): "ready",
    ("quoted", "approve"): "approved",
    ("quoted", "decline"): "declined",
    ("declined", "quote"): "quoted",
    ("declined", "authorise"): "approved",
    ("declined", "give_back"): "ready",
    ("approved", "begin"): "in_repair",
    ("approved", "give_up"): "not_repairable",
    ("approved", "give_back"): "ready",
    ("in_repair", "test"): "tested",
    ("in_repair", "give_up"): "not_repairable",
    ("tested", "redo"): "in_repair",
    ("tested", "give_up"): "not_repairable",
    ("tested", "finish"): "ready",
    ("not_repairable", "give_back"): "ready",
    ("diagnosed", "replace"): "replace_instead",
    ("diagnosed", "refund"): "refund_instead",
    ("not_repairable", "replace"): "replace_instead",
    ("not_repairable", "refund"): "refund_instead",
    ("ready", "send_back"): "returned",
    ("ready", "hand_over"): "handed_over",
}
STATES = (
    "awaiting", "received", "diagnosed", "quoted", "approved", "declined", "in_repair", "tested", "not_repairable",
    "ready", "returned", "handed_over", "replace_instead", "refund_instead", "cancelled",
)  # fmt: skip
OVER = ("returned", "handed_over", "replace_instead", "refund_instead", "cancelled")
RESULTS = ("", "repaired", "unrepaired", "not_repairable", "replaced", "refunded", "cancelled")
HERE = ("received", "diagnosed", "quoted", "approved", "declined", "in_repair", "tested", "not_repairable", "ready")
QUOTE_STATES = ("open", "approved", "declined", "expired", "withdrawn")
PART_STATES = ("wanted", "set_aside", "used", "dropped")
CHARGE_STATES = ("due", "paid", "waived", "dropped")
CHARGE_CAUSES = ("repair", "loaner")
VISIT_STATES = ("planned", "done", "cancelled")
LOANER_STATES = ("lent", "returned", "lost")

SerialSeen = Literal["", "same", "unseen", "foreign"]


class WarrantyFacts(Struct, frozen=True, kw_only=True):
    """What is known of one piece that was sold. `months` 0: it has no warranty.

    `serial_seen`: "" no serial is known, same: seen with this order, unseen: nowhere yet, foreign: with other orders
    only. `replaced_until`: when the warranty ends of the piece it was sent as a replacement for.
    """

    months: int
    delivered_at: datetime | None
    time_zone: str
    serial_seen: SerialSeen = ""
    replaced_until: datetime | None = None
    is_replacement: bool = False


class Warranty(Struct, frozen=True):
    """Whether a warranty covers a piece, until when, and why: a code that words are made of."""

    status: Literal["in", "out", "unknown"]
    why: str
    until: datetime | None = None


def warranty_of(facts: WarrantyFacts, *, begins_anew: bool, now: datetime) -> Warranty:
    """Say whether a piece is within its warranty.

    It runs from delivery. Of a replacement it begins anew, and is never shorter than the first piece's; or it is the
    rest of the first piece's. A serial number that was only ever seen with other orders leaves it to a person.
    Source: 部分商品修理更换退货责任规定 § 12 (it begins anew with the exchange).
    """
    if not facts.months:
        return Warranty("out", "no_warranty")
    own = window_ends(facts.delivered_at, facts.time_zone, months=facts.months)
    if own is None:
        return Warranty("unknown", "not_delivered")
    until = own
    if facts.is_replacement and facts.replaced_until is not None:
        until = max(own, facts.replaced_until) if begins_anew else facts.replaced_until
    if facts.serial_seen == "foreign":
        return Warranty("unknown", "serial_of_another_order", until)
    if now >= until:
        return Warranty("out", "over", until)
    return Warranty("in", "replacement" if facts.is_replacement else "within", until)


def coverage_after(warranty: str, cause: str) -> str:
    """Say what a diagnosis makes of the warranty: damage by the customer and wear are never covered."""
    return "out" if cause in ("misuse", "wear") else warranty


def has_right_to_remedy(repaired_before: int, *, needed: int, coverage: str) -> bool:
    """Tell whether the customer may choose a replacement or their money: repaired so often, and broken again.

    `needed` 0: never by itself. Source: 部分商品修理更换退货责任规定 § 11 (two repairs within the warranty).
    """
    return coverage == "in" and 0 < needed <= repaired_before


def labour_minor(minutes: int, per_hour_minor: int) -> int:
    """Price time that was worked, rounded half up. Units: minutes; minor units."""
    return (minutes * per_hour_minor * 2 + 60) // 120


def loaner_due(lent_at: datetime, days: int) -> datetime:
    """Return until when something lent has to be back. Units: days."""
    return lent_at + timedelta(days=days)


def next_state(state: str, verb: str) -> str:
    """Return the repair's state after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)

"""The life of an exchange, what it costs, and how it is paid. Units: minor units of the order's currency.

Source: RET-5; docs/decisions/0036.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from steward.kernel import lifecycles, money

KINDS = ("exchange", "reship")
BASES = ("then", "now")
CHOICES = ("same", "family", "any")

# chosen: known what is wanted, nothing set aside. reserved: goods wait for those that come back, or for money.
# advanced: sent before these came. charged: they did not come, so it is owed. open: somebody has to choose anew.
TRANSITIONS: dict[tuple[str, str], str] = {
    ("chosen", "reserve"): "reserved",
    ("open", "reserve"): "reserved",
    ("reserved", "release"): "released",
    ("reserved", "advance"): "advanced",
    ("advanced", "release"): "released",
    ("advanced", "charge"): "charged",
    ("charged", "release"): "released",
    ("reserved", "reopen"): "open",
    ("advanced", "reopen"): "open",
    ("released", "deliver"): "done",
    ("chosen", "end"): "ended",
    ("open", "end"): "ended",
    ("reserved", "end"): "ended",
    ("advanced", "end"): "ended",
    ("released", "end"): "ended",
    ("charged", "end"): "ended",
    # Goods that come after all, of a case that had lapsed, are exchanged as if they had come in time.
    ("ended", "choose"): "open",
}
STATES = ("chosen", "reserved", "advanced", "charged", "released", "open", "done", "ended")
TO_CHOOSE = ("chosen", "open")
WAITING = ("reserved", "advanced")
WITH_ORDER = ("reserved", "advanced", "charged", "released", "done")
OVER = ("done", "ended")
# Why somebody has to choose anew, or why it ended.
# What came to nothing with its case is taken up again with it.
WITH_THE_CASE = ("withdrawn", "refused", "lapsed")
WHYS = ("", "short", "unpaid", "order_cancelled", "rejected", "withdrawn", "refused", "lapsed", "refund")


class Wish(Struct, frozen=True):
    """One piece of a line, and the item wanted in its place."""

    line_id: int
    bought_id: int
    item_id: int

    def basis(self, same_price: str) -> str:
        """Say whose price counts: the same again may cost what it did then, another costs what it does now."""
        return same_price if self.item_id == self.bought_id else "now"


class Reckoning(Struct, frozen=True, kw_only=True):
    """How a replacement is paid: by goods that came back, by the buyer, and what of their worth is left over."""

    credit_minor: int
    to_pay_minor: int
    to_give_back_minor: int


def next_state(state: str, verb: str) -> str:
    """Return the exchange's state after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def reckoned(*, total_minor: int, paid_minor: int, worth_minor: int) -> Reckoning:
    """Reckon how a replacement is paid that costs so much, of which so much was paid as money.

    Never does more count than the goods that come back are worth, nor more than is open. What is dearer the buyer
    pays; what they are worth beyond it goes back.
    """
    open_minor = max(0, total_minor - paid_minor)
    credit_minor = min(max(0, worth_minor), open_minor)
    return Reckoning(
        credit_minor=credit_minor,
        to_pay_minor=open_minor - credit_minor,
        to_give_back_minor=max(0, worth_minor) - credit_minor,
    )


def shared(worth_minor: int, prices_minor: Sequence[int]) -> list[int]:
    """Share what pieces are worth over the same pieces again, by their prices; the shares sum to it."""
    return money.allocate(worth_minor, prices_minor) if prices_minor else []


def may_choose(choice: str, *, same: bool, same_family: bool) -> bool:
    """Tell whether an item may be taken in the place of another: the same, one of its family, or any at all."""
    return same or choice == "any" or (choice == "family" and same_family)

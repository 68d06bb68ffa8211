"""A buyer's credit, read off their own past orders. Source: ORD-6."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Grade = Literal["new", "ordinary", "trusted", "poor", "abused"]


class History(Struct, frozen=True):
    """What a buyer's other orders came to. `owed_minor`: approved and not paid, in the order's currency."""

    kept: int = 0
    unpaid: int = 0
    refused: int = 0
    abused: int = 0
    open: int = 0
    owed_minor: int = 0

    @property
    def ended(self) -> int:
        """Count the orders that have come to an end, good or bad."""
        return self.kept + self.unpaid + self.refused + self.abused


class Terms(Struct, frozen=True):
    """From when on a buyer is trusted, or of poor credit; both are numbers a manager sets."""

    trusted_from: int = 3
    poor_from: int = 3
    poor_percent: int = 50


class Credit(Struct, frozen=True):
    """What is known of a buyer: a grade and the history behind it."""

    grade: Grade
    history: History


def grade(history: History, terms: Terms) -> Grade:
    """Grade a buyer: one suspected fraud outweighs all; poor needs both a number and a share of bad ends."""
    if history.abused:
        return "abused"
    bad = history.unpaid + history.refused
    if bad >= terms.poor_from and bad * 100 >= terms.poor_percent * history.ended:
        return "poor"
    if history.kept >= terms.trusted_from and bad * 10 <= history.kept:
        return "trusted"
    return "ordinary" if history.ended or history.open else "new"


def credit_reasons(credit: Credit, *, open_minor: int, limit_minor: int | None) -> list[str]:
    """Name why a buyer's credit asks for a person.

    `open_minor` is what is unpaid of this order; together with what the buyer owes it must stay within the limit for
    pay-later buyers of the currency (None or 0: nothing may be owed). Units: minor currency units.
    """
    reasons = []
    if credit.grade in ("poor", "abused"):
        reasons.append(f"credit_{credit.grade}")
    owed = credit.history.owed_minor + max(open_minor, 0)
    if owed > (limit_minor or 0):
        reasons.append("above_credit")
    return reasons

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


class Account(Struct, frozen=True):
    """Terms on which a buyer pays later, and what they owe by them. Units: minor units of the terms' currency, days."""

    limit_minor: int
    days: int
    owed_minor: int = 0
    overdue_minor: int = 0

    @property
    def free_minor(self) -> int:
        """Return how much more may be owed."""
        return max(0, self.limit_minor - self.owed_minor)


def credit_reasons(credit: Credit, *, open_minor: int, account: Account | None = None) -> list[str]:
    """Name why a buyer's credit asks for a person.

    `open_minor` is what is unpaid of this order; together with what the buyer owes it must stay within their terms.
    Without terms nothing may be owed. With an invoice overdue nothing more is sold on account by itself.
    Units: minor currency units.
    """
    reasons = []
    if credit.grade in ("poor", "abused"):
        reasons.append(f"credit_{credit.grade}")
    owed = account.owed_minor if account else credit.history.owed_minor
    if owed + max(open_minor, 0) > (account.limit_minor if account else 0):
        reasons.append("above_credit")
    if account and account.overdue_minor and open_minor > 0:
        reasons.append("invoice_overdue")
    return reasons

"""What becomes of goods that came back: proposed by grade and how they are kept. Source: RET-3."""

from __future__ import annotations

from msgspec import Struct

COLD = ("chilled", "frozen")
QUESTIONS = ("complete", "packaging", "works", "clean")
# Grade → what becomes of it. What must stay cold was out of our hands, and what is dangerous is looked at by somebody.
BY_GRADE = {"A": "restock", "B": "refurbish", "C": "quarantine", "D": "scrap"}
DANGEROUS = {"A": "quarantine", "B": "quarantine", "C": "scrap", "D": "scrap"}


class Proposal(Struct, frozen=True):
    """What is proposed for a piece: what becomes of it, whether it counts, its share of the value. Units: permille."""

    disposition: str
    acceptance: str
    share_permille: int


def disposition_of(grade: str, storage_class: str, *, keeps_for_days: int) -> str:
    """Propose what becomes of a piece. Goods that keep only for a time are never sold again unseen."""
    if storage_class in COLD:
        return "scrap"
    if storage_class == "hazardous":
        return DANGEROUS[grade]
    if keeps_for_days and grade == "A":
        return "quarantine"
    return BY_GRADE[grade]


def proposal(
    grade: str,
    *,
    storage_class: str,
    keeps_for_days: int,
    by_customer: bool,
    shares: dict[str, int],
    serial_differs: bool = False,
    stocked: bool = True,
) -> Proposal:
    """Propose disposition, acceptance and share for a piece.

    `by_customer`: they return it without a fault of ours, so its grade counts; else all of it is given back. A serial
    that is not the one that was sold, and ruined goods without a fault of ours, are for a person to judge.
    """
    share = shares[grade] if by_customer else 1000
    doubtful = serial_differs or (by_customer and grade == "D")
    becomes = disposition_of(grade, storage_class, keeps_for_days=keeps_for_days) if stocked else "scrap"
    return Proposal(becomes, "ask_person" if doubtful else "accept", share)

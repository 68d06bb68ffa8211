"""Whose entry another person has to check, which fields are typed again unseen, and what counts as the same."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

Cause = Literal["entered", "changed", "sampled"]
State = Literal["open", "granted", "refused", "expired", "withdrawn", "not_needed"]
Verdict = Literal["grant", "refuse"]

CAUSES = ("entered", "changed", "sampled")
STATES = ("open", "granted", "refused", "expired", "withdrawn", "not_needed")
# After these an order goes on; after all others it waits for another person.
SETTLES = frozenset({"granted", "not_needed"})
# What a wrong digit or word in sends the parcel, or the money, to the wrong place.
CRITICAL = ("recipient.phone", "recipient.district", "recipient.street", "total_minor")
ADDRESS = frozenset({"recipient.district", "recipient.street"})
AMOUNTS = frozenset({"lines", "total_minor", "shipping_minor", "discount_minor"})
# Sources that need no second person for each order; of their orders a share is looked at.
TRUSTED_SOURCES = frozenset({"api", "bulk", "file", "folder"})
# Changes of these alone are nothing anybody could get wrong.
HARMLESS = frozenset({"note"})
_WHOLE = 2**64

PICTURES: Sequence[tuple[bytes, str]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
)


def is_sampled(shop: str, external_number: str, share: float) -> bool:
    """Tell whether an order of a trusted source is among those that are looked at.

    The same order always gets the same answer, whatever machine is asked and however often it comes. Units: share 0–1.
    """
    digest = hashlib.sha256(f"{shop}\n{external_number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _WHOLE


def cause_of(*, by_hand: bool, was_granted: bool, changed: Collection[str], sampled: bool) -> Cause | None:
    """Name why another person has to check an order now; None: nobody has to.

    `changed` are the fields people changed since somebody last agreed. An order entered by hand is checked as a whole
    once; after that only what changes asks for another look. Source: ORD-3.
    """
    if by_hand and not was_granted:
        return "entered"
    if set(changed) - HARMLESS:
        return "changed"
    return "sampled" if sampled and not was_granted else None


def fields_to_rekey(cause: Cause, changed: Collection[str], switched_on: Collection[str]) -> list[str]:
    """List the critical fields to be typed again without seeing the entry.

    All of them where the whole was entered by hand, only those that were touched after a change, none of a sample.
    """
    if cause == "sampled":
        return []
    touched = set(CRITICAL)
    if cause == "changed":
        touched = set(changed) | ({"total_minor"} if AMOUNTS & set(changed) else set())
        if any(field in ("recipient.province", "recipient.city") for field in changed):
            touched.add("recipient.district")
    return [field for field in CRITICAL if field in touched and field in switched_on]


def canonical_text(text: str) -> str:
    """Bring a text to what its letters and digits say: widths, cases, spaces and signs do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def differing(entry: Mapping[str, str], typed: Mapping[str, str]) -> list[str]:
    """List the fields, of those in the entry, that were typed otherwise; both sides in canonical form."""
    return [field for field in CRITICAL if field in entry and entry[field] != typed.get(field, "")]


def type_of(content: bytes) -> str | None:
    """Tell what a file is by its content, whatever its name says; None for what nobody can look at here."""
    for mark, name in PICTURES:
        if content.startswith(mark):
            return name
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def accuracy_share(*, checked: int, wrong: int) -> float | None:
    """Compute the share of checked entries without a difference; None where none was checked. Units: share 0–1."""
    return (checked - wrong) / checked if checked else None


def hands(people: Iterable[str]) -> tuple[str, ...]:
    """List everybody who had a hand in an order, once each; nobody of them checks it."""
    return tuple(sorted({one for one in people if one}))

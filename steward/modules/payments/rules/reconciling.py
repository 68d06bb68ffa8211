"""Compare a provider's statement with the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

KINDS = ("missing_here", "missing_there", "amount_differs", "double")
ASKED_FOR = ("recorded", "provider_corrected", "other_period", "written_off", "mistake")
OUTCOMES = (*ASKED_FOR, "vanished")
# What a provider may say of a payment; the last two are asked again later.
ANSWERS = ("succeeded", "refused", "absent", "pending", "unclear")
ASKED_AGAIN = ("pending", "unclear")
INQUIRED = ("missing_here", "amount_differs")
Key = tuple[str, str]


class Movement(msgspec.Struct, frozen=True):
    """One movement, as the provider states it or as the ledger has it (then with ids). Units: minor currency units."""

    direction: str
    transaction: str
    amount_minor: int
    currency: str
    entry_id: int | None = None
    order_id: int | None = None

    @property
    def key(self) -> Key:
        """Return what both sides call it by."""
        return self.direction, self.transaction


class Found(msgspec.Struct, frozen=True):
    """One difference: what the statement says, and what the ledger says."""

    kind: str
    stated: Movement | None
    ours: Movement | None

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what makes it the same difference when compared again."""
        one = self.stated or self.ours
        return (self.kind, *(one.key if one else ("", "")))


class Comparison(msgspec.Struct, frozen=True):
    """How many rows agree, and every difference."""

    matched: int
    differences: list[Found]


def compare(stated: Sequence[Movement], ours: Iterable[Movement], expected: Iterable[Key]) -> Comparison:
    """Match by the provider's reference, then by amount and currency.

    `ours` are the ledger's movements under the stated references and within the span; `expected` are the keys of those
    that a statement over this span must name. A reference stated twice is `double`, however often.
    Units: minor currency units. Source: RET-4.
    """
    known = {one.key: one for one in ours}
    rows: dict[Key, list[Movement]] = defaultdict(list)
    for row in stated:
        rows[row.key].append(row)
    found, matched = [], 0
    for key, same in rows.items():
        our = known.get(key)
        if len(same) > 1:
            found.append(Found("double", same[1], our))
        if our is None:
            found.append(Found("missing_here", same[0], None))
        elif (our.amount_minor, our.currency) != (same[0].amount_minor, same[0].currency):
            found.append(Found("amount_differs", same[0], our))
        else:
            matched += 1
    missing = sorted(key for key in set(expected) if key not in rows and key in known)
    found += [Found("missing_there", None, known[key]) for key in missing]
    return Comparison(matched, found)

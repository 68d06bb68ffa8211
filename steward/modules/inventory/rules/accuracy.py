"""How right the books were, and how right people counted: shares over counted lines."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Counted(Struct, frozen=True):
    """A line that was counted. Units: pieces; minor currency units a piece.

    `counts` are the people who counted it with the difference each found, the first first.
    """

    zone: str
    abc_class: str
    expected: int
    difference: int
    price_minor: int
    counts: tuple[tuple[str, int], ...] = ()


class Accuracy(Struct, frozen=True):
    """How right something was. Units: lines; minor currency units."""

    lines: int = 0
    right: int = 0
    expected_minor: int = 0
    off_minor: int = 0

    @property
    def line_share(self) -> float | None:
        """Return the share of lines that were right, 0–1; nothing where no line was counted."""
        return self.right / self.lines if self.lines else None

    @property
    def value_share(self) -> float | None:
        """Return the share of the value that was right, 0–1: gains and losses both count as off, neither cancels."""
        if not self.lines:
            return None
        if not self.expected_minor:
            return 1.0 if not self.off_minor else 0.0
        return max(0.0, 1 - self.off_minor / self.expected_minor)


def of_lines(lines: Iterable[Counted]) -> Accuracy:
    """Compute how right the books were: lines whose count was what the ledger said, and the value that was off.

    Source: INV-5; inventory record accuracy as in Brooks & Wilson, Inventory Record Accuracy, 2nd ed. (2007).
    """
    found = list(lines)
    return Accuracy(
        len(found),
        sum(one.difference == 0 for one in found),
        sum(max(0, one.expected) * one.price_minor for one in found),
        sum(abs(one.difference) * one.price_minor for one in found),
    )


def by_zone(lines: Iterable[Counted]) -> dict[str, Accuracy]:
    """Compute how right the books were in each zone."""
    found = list(lines)
    return {zone: of_lines(one for one in found if one.zone == zone) for zone in sorted({one.zone for one in found})}


def by_class(lines: Iterable[Counted]) -> dict[str, Accuracy]:
    """Compute how right the books were for each ABC class."""
    found = list(lines)
    classes = sorted({one.abc_class for one in found})
    return {name: of_lines(one for one in found if one.abc_class == name) for name in classes}


def by_counter(lines: Iterable[Counted]) -> dict[str, Accuracy]:
    """Compute how right people counted: a count is right when it found what stands at the end."""
    found: dict[str, list[Counted]] = {}
    for one in lines:
        for counter, difference in one.counts:
            off = Counted(one.zone, one.abc_class, one.expected, difference - one.difference, one.price_minor)
            found.setdefault(counter, []).append(off)
    return {counter: of_lines(counts) for counter, counts in sorted(found.items())}

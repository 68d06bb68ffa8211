"""Add up how well a rule set tells bad orders from good ones: precision, recall, false alarms, cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from msgspec import Struct, field

HIGHEST = 100
STEP = 5


class Line(Struct, frozen=True):
    """What holding from a score on would have meant. `missed_minor` is what bad orders let through came to.

    Units: orders; shares 0–1 (None where nothing could be divided); minor units by currency.
    """

    hold_at: int
    held: int
    caught: int
    precision: float | None
    recall: float | None
    false_alarm_share: float | None
    missed_minor: dict[str, int]
    looking_minor: int


class RuleLine(Struct, frozen=True):
    """How often a rule fired, and on how many bad orders."""

    rule: str
    fired: int
    bad: int
    precision: float | None
    recall: float | None


class Result(Struct, frozen=True):
    """The outcome of a back-test: at the set's own limit, at others, and rule by rule."""

    orders: int
    bad: int
    at: Line
    others: list[Line]
    rules: list[RuleLine]


class Tally(Struct):
    """Orders counted by score, so that millions take no more room than a hundred."""

    good: list[int] = field(default_factory=lambda: [0] * (HIGHEST + 1))
    bad: list[int] = field(default_factory=lambda: [0] * (HIGHEST + 1))
    bad_minor: dict[str, list[int]] = field(default_factory=dict)
    fired: dict[str, int] = field(default_factory=dict)
    fired_on_bad: dict[str, int] = field(default_factory=dict)

    def add(self, *, score: int, is_bad: bool, total_minor: int, currency: str, rules: Iterable[str]) -> None:
        """Count one order."""
        (self.bad if is_bad else self.good)[score] += 1
        if is_bad:
            self.bad_minor.setdefault(currency, [0] * (HIGHEST + 1))[score] += total_minor
        for rule in set(rules):
            self.fired[rule] = self.fired.get(rule, 0) + 1
            if is_bad:
                self.fired_on_bad[rule] = self.fired_on_bad.get(rule, 0) + 1

    def line(self, hold_at: int, *, look_minor: int) -> Line:
        """State what holding from a score on would have meant. Units: `look_minor` per order looked at."""
        caught, alarms = sum(self.bad[hold_at:]), sum(self.good[hold_at:])
        return Line(
            hold_at=hold_at,
            held=caught + alarms,
            caught=caught,
            precision=share(caught, caught + alarms),
            recall=share(caught, sum(self.bad)),
            false_alarm_share=share(alarms, sum(self.good)),
            missed_minor={name: sum(minor[:hold_at]) for name, minor in self.bad_minor.items()},
            looking_minor=(caught + alarms) * look_minor,
        )

    def result(self, hold_at: int, *, look_minor: int) -> Result:
        """State the whole outcome."""
        bad = sum(self.bad)
        rules = [
            RuleLine(rule, n, self.fired_on_bad.get(rule, 0), *_both(self.fired_on_bad.get(rule, 0), n, bad))
            for rule, n in sorted(self.fired.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        others = [self.line(at, look_minor=look_minor) for at in range(STEP, HIGHEST + 1, STEP)]
        return Result(bad + sum(self.good), bad, self.line(hold_at, look_minor=look_minor), others, rules)

    def best(self, *, most_alarms: float) -> Line:
        """Find the lowest limit whose false alarm share is at most so much. Units: share 0–1."""
        lines = [self.line(at, look_minor=0) for at in range(1, HIGHEST + 1)]
        return next((line for line in lines if (line.false_alarm_share or 0.0) <= most_alarms), lines[-1])


def _both(caught: int, fired: int, bad: int) -> tuple[float | None, float | None]:
    return share(caught, fired), share(caught, bad)


def share(part: int, whole: int) -> float | None:
    """Divide; None where there is nothing to divide by."""
    return round(part / whole, 6) if whole else None


class Feedback(Struct, frozen=True):
    """What people decided about the holds in which a rule had fired. `precision` is None before any decision."""

    rule: str
    held: int
    rejected: int
    released: int

    @property
    def decided(self) -> int:
        """Count the decisions."""
        return self.rejected + self.released

    @property
    def precision(self) -> float | None:
        """State the share of rejected among those decided."""
        return share(self.rejected, self.rejected + self.released)


def feedback(decided: Iterable[tuple[Iterable[str], str]]) -> list[Feedback]:
    """Count, per rule, how the holds it had a part in were decided; `decided` holds (rules, outcome)."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for rules, outcome in decided:
        for rule in set(rules):
            counts[rule][outcome] += 1
    return [
        Feedback(rule, sum(found.values()), found["rejected"], found["released"])
        for rule, found in sorted(counts.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    ]

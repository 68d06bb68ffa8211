"""What a verdict is, when it counts without a person, and when a new version is better than the old one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

NONE = "none"


class Verdict(Struct, frozen=True):
    """What the model says of a text: category and reason with their probabilities; `others` are the next best."""

    category: str
    sub_reason: str
    probability: float
    reason_probability: float
    others: tuple[tuple[str, float], ...] = ()


class Limits(Struct, frozen=True):
    """Business numbers: from which probability category and reason are decided alone. Units: share 0–1."""

    category_share: float
    reason_share: float


FIRST = Limits(category_share=0.6, reason_share=0.5)


class KeptRow(Struct, frozen=True):
    """One row kept back: what it is, what was said of it, and how surely."""

    right: str
    said: str
    probability: float


def verdict_of(shares: Mapping[str, float]) -> Verdict:
    """Add up the reasons of each category and name the best. Units: shares 0–1 that add up to 1."""
    sums: dict[str, float] = defaultdict(float)
    for label, share in shares.items():
        sums[label.partition(".")[0]] += share
    category = max(sums, key=lambda code: (sums[code], code))
    inside = {label: share for label, share in shares.items() if label.partition(".")[0] == category}
    best = max(inside, key=lambda label: (inside[label], label))
    others = sorted(shares.items(), key=lambda pair: -pair[1])
    return Verdict(
        category=category,
        sub_reason=best.partition(".")[2],
        probability=min(sums[category], 1.0),
        reason_probability=inside[best],
        others=tuple((label, round(share, 4)) for label, share in others if label != best)[:3],
    )


def decides_alone(verdict: Verdict, limits: Limits) -> bool:
    """Tell whether a category is set without a person; small talk is never a category."""
    return verdict.category != NONE and verdict.probability >= limits.category_share


def reason_is_sure(verdict: Verdict, limits: Limits) -> bool:
    """Tell whether the reason is set with the category; it is proposed otherwise."""
    return decides_alone(verdict, limits) and verdict.reason_probability >= limits.reason_share


def wilson(right: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Compute the confidence interval of a share. Source: Wilson 1927."""
    if not n:
        return 0.0, 1.0
    share = right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


class Figures(Struct, frozen=True, kw_only=True):
    """How a version did on rows kept back: all of them, those it would decide alone, and what it took for what."""

    rows: int
    right: float
    decided: float
    decided_right: float
    decided_right_from: float
    decided_right_to: float
    threshold: float
    confusion: dict[str, dict[str, int]]


def figures_of(tested: Sequence[KeptRow], threshold: float) -> Figures:
    """Count how a version did. Units: shares 0–1; the interval is Wilson's at 95 %."""
    alone = [one for one in tested if one.said != NONE and one.probability >= threshold]
    right_alone = sum(one.right == one.said for one in alone)
    low, high = wilson(right_alone, len(alone))
    confusion: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in tested:
        confusion[one.right][one.said] += 1
    n = max(len(tested), 1)
    return Figures(
        rows=len(tested),
        right=sum(one.right == one.said for one in tested) / n,
        decided=len(alone) / n,
        decided_right=right_alone / max(len(alone), 1),
        decided_right_from=low,
        decided_right_to=high,
        threshold=threshold,
        confusion={right: dict(said) for right, said in confusion.items()},
    )


def is_better(old: Iterable[bool], new: Iterable[bool], *, z: float) -> bool:
    """Tell whether the new version is right more often on the same rows, by more than chance.

    Only rows on which they differ tell: `gained` and `lost` would be even if both were as good (sign test, normal
    approximation). Units: z in standard errors; 1.0 leaves one chance in six that it is no better.
    """
    pairs = list(zip(old, new, strict=True))
    gained = sum(after and not before for before, after in pairs)
    lost = sum(before and not after for before, after in pairs)
    return gained > lost and gained - lost > z * math.sqrt(gained + lost)

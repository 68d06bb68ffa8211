"""What can be the matter with an order: how often, how old such orders are, and who deals with it."""

from __future__ import annotations

from random import Random
from typing import Literal

from msgspec import Struct

Act = Literal[
    "",
    "take_suggestion",
    "mend",
    "approve",
    "accept",
    "cancel_short",
    "cancel_duplicate",
    "settle",
    "pay",
    "regret",
    "send_back",
    "lapse",
]


class Story(Struct, frozen=True):
    """One kind of order. `share` counts orders in 250; ages in hours; `act` is what somebody does about it in the end.

    Where `always` is set nobody leaves it lying; else the youngest are still open, and of the old ones `done` are not.
    """

    code: str
    share: int
    youngest_h: float = 0.1
    oldest_h: float = 70.0
    act: Act = ""
    always: bool = False
    done: float = 1.0


CLEAN = Story("clean", 0)
STORIES = (
    Story("unpaid", 14, 0.1, 22),
    Story("unpaid_lapsed", 8, 25, 70, "lapse", always=True),
    Story("paid_later", 6, 2, 70, "pay", always=True),
    Story("part_paid", 3, 0.5, 20),
    Story("overpaid", 2),
    Story("district_missing", 10, act="take_suggestion", done=0.85),
    Story("district_renamed", 7, act="take_suggestion", done=0.85),
    Story("district_conflict", 5, act="mend", done=0.8),
    Story("phone_bad", 8, act="mend", done=0.75),
    Story("phone_masked", 4, act="approve"),
    Story("name_missing", 2, act="mend"),
    Story("unusual_quantity", 7, act="approve", done=0.8),
    Story("price_differs", 4, act="approve"),
    Story("total_mismatch", 5, act="accept", done=0.7),
    Story("short", 9, act="cancel_short", done=0.3),
    Story("duplicate", 6, 1.5, 40, act="cancel_duplicate"),
    Story("conflict", 5, act="settle"),
    Story("changed_too_late", 2, 3, 40),
    Story("refunded_at_source", 4),
    Story("payment_reused", 1, 1, 12),
    Story("large", 5, act="approve"),
    Story("by_hand", 5, 0.3, 30, act="approve"),
    Story("regretted", 5, 4, 60, "regret", always=True),
    Story("sent_back", 5, 3, 50, "send_back", always=True),
)
FULL = 250
SURELY_DONE_AFTER_H, PROBABLY_AFTER_H = 10.0, 2.0
PROBABLY, PERHAPS = 0.7, 0.3
LATE = 0.15  # what share of the answers comes after the hour allowed


def of_live_orders(count: int) -> list[Story]:
    """List the story of each of so many orders; the rest of them are clean."""
    found = [story for story in STORIES for _ in range(max(1, round(story.share * count / FULL)))]
    return found + [CLEAN] * max(count - len(found), 0)


def age_h(rng: Random, story: Story, *, is_first: bool) -> float:
    """Draw how many hours ago it came in; the first of its kind is fresh, so that every kind is open somewhere."""
    if is_first:
        return rng.uniform(story.youngest_h, max(story.youngest_h * 1.5, 1.4))
    span = story.oldest_h - story.youngest_h
    power = 1.0 if story is CLEAN else 1.6
    return story.youngest_h + span * float(rng.random() ** power)


def answer_h(rng: Random, story: Story, age: float, *, is_first: bool) -> float | None:
    """Draw how many hours after its arrival somebody deals with it; None while nobody has."""
    if not story.act or (is_first and not story.always):
        return None
    if story.act == "lapse":
        return 24.05
    chance = 1.0 if age > SURELY_DONE_AFTER_H else PROBABLY if age > PROBABLY_AFTER_H else PERHAPS
    if not story.always and rng.random() > chance * story.done:
        return None
    hours = rng.uniform(1.1, 4.0) if rng.random() < LATE else rng.uniform(0.1, 0.9)
    return min(hours, age * 0.9)

"""Two years of orders before today: a shop that grows, with weekends, seasons and the two great sales."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from steward.modules.orders.rules.drafts import OrderDraft
from steward.sample import baskets
from steward.sample.buyers import Public

ZONE = ZoneInfo("Asia/Shanghai")
DAYS, LATEST_DAYS_AGO = 730, 4
GROWTH = 1.4  # the shop sells this much more, as a share, on the last day than on the first
WEEKEND = 1.3
MONTHS = (0.8, 0.65, 0.9, 1.1, 1.25, 1.1, 1.0, 1.05, 1.15, 1.2, 1.1, 0.9)
# (month, day) → how much the day stands out
PEAKS = {(6, 16): 2.0, (6, 17): 2.2, (6, 18): 5.0, (11, 10): 2.0, (11, 11): 8.0, (11, 12): 2.0, (12, 12): 2.2}
HOURS = (2, 1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 8, 9, 7, 7, 7, 7, 8, 9, 12, 15, 16, 11, 6)
REFUNDED, PARTLY_REFUNDED, TOWN_ONLY = 0.03, 0.04, 0.02
AT_ONCE = 500


def day_weight(day: date, age_share: float) -> float:
    """Say how busy a day is. `age_share` runs from 0 on the first day to 1 on the last."""
    weekend = WEEKEND if day.weekday() >= 5 else 1.0
    return (1 + GROWTH * age_share) * weekend * MONTHS[day.month - 1] * PEAKS.get((day.month, day.day), 1.0)


def orders(rng: Random, public: Public, now: datetime, count: int) -> list[OrderDraft]:
    """Draw the past, oldest first: paid, some of them given back in whole or in part."""
    today = now.astimezone(ZONE).date()
    days = [today - timedelta(days=age) for age in range(DAYS, LATEST_DAYS_AGO - 1, -1)]
    weights = [day_weight(day, place / len(days)) for place, day in enumerate(days)]
    placed = sorted(_moment(rng, day) for day in rng.choices(days, weights, k=count))
    return [_order(rng, public, place, at) for place, at in enumerate(placed, 1)]


def _moment(rng: Random, day: date) -> datetime:
    hour = rng.choices(range(24), HOURS)[0]
    local = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60), tzinfo=ZONE)
    return local.astimezone(UTC)


def _order(rng: Random, public: Public, place: int, at: datetime) -> OrderDraft:
    person, shop = public.draw(rng)
    wanted = baskets.lines(rng, at.astimezone(ZONE).month)
    draft = baskets.order(rng, person, shop, number=f"{at:%y%m%d}{place:06}", placed_at=at, wanted=wanted)
    draft.payments = [baskets.payment(draft)]
    fate = rng.random()
    if fate < REFUNDED + PARTLY_REFUNDED:
        back = baskets.payment(draft, share=1.0 if fate < REFUNDED else rng.choice((0.1, 0.2, 0.5)), mark="R")
        back.paid_at = at + timedelta(days=rng.randint(1, 3))
        draft.refunds = [back]
    if rng.random() < TOWN_ONLY:
        draft.recipient = msgspec.structs.replace(draft.recipient, district="")
    return draft


def batches(drafts: list[OrderDraft]) -> Iterator[list[OrderDraft]]:
    """Cut the past into months of at most 500 orders, as they would have come in."""
    for _month, group in groupby(drafts, key=lambda draft: (draft.placed_at.year, draft.placed_at.month)):
        month = list(group)
        for start in range(0, len(month), AT_ONCE):
            yield month[start : start + AT_ONCE]

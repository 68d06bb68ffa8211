"""The orders of the last three days, each with its story and what becomes of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Literal

from msgspec import Struct, structs

from steward.modules.orders.rules.drafts import OrderDraft, RecipientDraft
from steward.sample import baskets, places, stories, troubles
from steward.sample.buyers import Public
from steward.sample.past import ZONE

FRESH = timedelta(hours=3)
FRESH_SLOT, SLOT = timedelta(minutes=5), timedelta(hours=1)
TWIN_COMES_AFTER = timedelta(minutes=61)  # in another batch than its twin, as shops deliver
CHANGE_COMES_AFTER = timedelta(minutes=90)


class Planned(Struct):
    """One order to be taken in. `mended` is the recipient as it should have been; `act_at` None: still open."""

    draft: OrderDraft
    arrives_at: datetime
    story: str
    mended: RecipientDraft
    act: str = ""
    act_at: datetime | None = None
    source: Literal["sample", "form"] = "sample"


def orders(rng: Random, public: Public, now: datetime, count: int) -> list[Planned]:
    """Plan so many orders (twins and second contents come on top), in the order they arrive."""
    seen: set[str] = set()
    planned: list[Planned] = []
    for place, story in enumerate(stories.of_live_orders(count), 1):
        is_first = story.code not in seen
        seen.add(story.code)
        one = _planned(rng, public, now, place, story, is_first=is_first)
        planned += [one, *_again(rng, one, now)]
    _reuse_payments(planned)
    return sorted(planned, key=lambda one: one.arrives_at)


def _planned(
    rng: Random, public: Public, now: datetime, place: int, story: stories.Story, *, is_first: bool
) -> Planned:
    age = stories.age_h(rng, story, is_first=is_first)
    arrives_at = now - timedelta(hours=age)
    placed_at = arrives_at - timedelta(seconds=rng.randint(65, 600))
    person, shop = public.draw(rng)
    shop = "own" if story.code == "by_hand" else shop
    wanted = baskets.lines(rng, placed_at.astimezone(ZONE).month)
    number = f"{placed_at:%y%m%d}{900_000 + place}"
    draft = baskets.order(rng, person, shop, number=number, placed_at=placed_at, wanted=wanted)
    draft.payments = [baskets.payment(draft)]
    troubles.spoil(rng, story.code, draft)
    after = stories.answer_h(rng, story, age, is_first=is_first)
    return Planned(
        draft=draft,
        arrives_at=arrives_at,
        story=story.code,
        mended=person.recipient(),
        act=story.act,
        act_at=None if after is None else arrives_at + timedelta(hours=after),
        source="form" if story.code == "by_hand" else "sample",
    )


def _again(rng: Random, one: Planned, now: datetime) -> Iterator[Planned]:
    """Send it once more where its story tells so: as another order that looks the same, or with other content."""
    if one.story == "duplicate":
        twin = copy.deepcopy(one)
        twin.draft.external_number = f"{one.draft.external_number}2"
        twin.draft.placed_at = one.draft.placed_at + timedelta(minutes=3)
        twin.draft.payments = [baskets.payment(twin.draft)]
        twin.arrives_at = min(one.arrives_at + TWIN_COMES_AFTER, now)
        if one.act_at is not None:
            twin.act_at = twin.arrives_at + (one.act_at - one.arrives_at)
        twin.act_at = twin.act_at if twin.act_at and twin.act_at < now else None
        one.act, one.act_at = "", None
        yield twin
    elif one.story in ("conflict", "changed_too_late"):
        second = copy.deepcopy(one)
        _change(rng, second.draft)
        second.act, second.act_at = "", None
        if one.story == "changed_too_late":
            second.arrives_at = min(one.arrives_at + CHANGE_COMES_AFTER, now)
        yield second


def _change(rng: Random, draft: OrderDraft) -> None:
    """Give an order other content: another street and one piece more."""
    first, *others = draft.lines
    draft.lines = [structs.replace(first, quantity=first.quantity + 1), *others]
    draft.total_minor = (draft.total_minor or 0) + first.unit_price_minor
    draft.recipient = structs.replace(draft.recipient, street=places.street(rng))
    draft.note = "客户改了收货地址，加购一件"


def _reuse_payments(planned: list[Planned]) -> None:
    """Let an order claim the payment of one that came before it."""
    for one in (one for one in planned if one.story == "payment_reused"):
        earlier = min(planned, key=lambda other: (other.story != "clean", other.arrives_at))
        used = earlier.draft.payments[0] if earlier.draft.payments else baskets.payment(earlier.draft)
        one.draft.payments = [
            structs.replace(one.draft.payments[0], transaction=used.transaction, provider=used.provider)
        ]


def batches(planned: list[Planned], now: datetime) -> Iterator[list[Planned]]:
    """Cut them as they came in: by the hour, of late by five minutes."""

    def slot(one: Planned) -> tuple[bool, int]:
        age = now - one.arrives_at
        fresh = age < FRESH
        return not fresh, -(age // (FRESH_SLOT if fresh else SLOT))

    for _slot, group in groupby(planned, key=slot):
        yield list(group)

"""The sample is drawn from a seed, looks like a shop, and is clean where it should be."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from msgspec import structs

from steward.modules.customers.queries import reading
from steward.modules.inventory.queries import local_day
from steward.sample import crew, goods, loading, places, stories, supply
from tests.make import NOW


def plan(seed: int = 7, past: int = 60, live: int = 40) -> loading.Plan:
    return loading.planned(now=NOW, seed=seed, past_count=past, live_count=live)


def test_the_same_seed_draws_the_same_orders() -> None:
    one, other = plan(), plan()

    assert one.past == other.past
    assert one.live == other.live


def test_another_seed_draws_other_orders() -> None:
    assert plan(1).past != plan(2).past


def test_what_is_past_its_date_was_so_some_hours_ago_as_well() -> None:
    hours = [NOW + timedelta(hours=hour) for hour in range(24)]

    assert all(supply.spoilt_on(now) < local_day(now - timedelta(hours=5)) for now in hours)


def test_the_shop_grows_and_sells_most_in_november() -> None:
    found = plan(past=3_000).past
    months = Counter(draft.placed_at.month for draft in found)
    late = sum((NOW - draft.placed_at).days < 365 for draft in found)

    assert months.most_common(1)[0][0] == 11
    assert late > len(found) * 0.55


def test_customers_come_back() -> None:
    buyers = Counter(draft.buyer.external_id for draft in plan(past=600).past)

    assert buyers.most_common(1)[0][1] >= 5


def test_every_story_is_told_even_by_few_orders() -> None:
    told = {one.story for one in plan().live}

    assert told == {story.code for story in stories.STORIES} | {"clean"}


def test_no_live_order_is_dealt_with_in_the_future() -> None:
    assert all(one.arrives_at <= NOW and (one.act_at is None or one.act_at <= NOW) for one in plan(live=250).live)


def test_addresses_and_telephones_of_customers_are_faultless() -> None:
    rng = Random(3)
    for place in (places.place(rng) for _ in range(400)):
        assert reading.read_address(*structs.astuple(place)).findings == (), place
    for number in range(0, places.PHONES, 4_999):
        assert reading.read_phone(places.phone(number), "CN").findings == ()


def test_articles_have_two_names_and_a_barcode_with_its_check_digit() -> None:
    for good in goods.goods():
        digits = [int(digit) for digit in good.barcode]
        assert all((good.name_zh, good.name_en))
        assert sum(digit * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0
    assert len({good.barcode for good in goods.goods()}) == len(goods.goods()) >= 60


def test_the_crew_is_about_forty_with_one_sign_in_for_every_role() -> None:
    members = [*crew.sign_ins(), *crew.colleagues()]

    assert 38 <= len(members) <= 45
    assert len({member.username for member in members}) == len(members)
    assert {member.role for member in crew.colleagues()} <= {member.role for member in crew.sign_ins()}

"""Prices: what tariffs of the known shapes come to, and what holds for every tariff."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from steward.modules.logistics.rules import pricing, tariffs
from steward.modules.logistics.rules.pricing import Compiled, ParcelFacts, price
from steward.modules.logistics.rules.tariffs import Draft, Surcharge, Tier, lanes_of


def draft(*rows: tuple[str, str, Tier], **facts: object) -> Draft:
    return Draft(currency="CNY", lanes=lanes_of(rows), **facts)  # type: ignore[arg-type]


def parcel(weight_g: int, to: str = "330106", **facts: object) -> ParcelFacts:
    return ParcelFacts("440111", to, weight_g, **facts)  # type: ignore[arg-type]


def cost(one: Draft, what: ParcelFacts, **facts: int) -> int | None:
    found = price(one, what, **facts)
    return found.price_minor if found else None


def test_first_weight_and_additional_weight_in_whole_kilograms() -> None:
    one = draft(("", "33", Tier(base_minor=800, included_g=1000, step_g=1000, per_tonne_minor=250_000)))
    assert [cost(one, parcel(weight)) for weight in (300, 1000, 1001, 3000)] == [800, 800, 1050, 1300]


def test_flat_tiers_end_with_their_upper_weight() -> None:
    one = draft(("", "", Tier(to_g=500, base_minor=300)), ("", "", Tier(from_g=500, to_g=1000, base_minor=450)))
    assert [cost(one, parcel(weight)) for weight in (500, 501, 1000, 1001)] == [300, 450, 450, None]


def test_rates_that_change_with_the_whole_weight_and_a_minimum() -> None:
    one = draft(
        ("44", "4401", Tier(to_g=300_000, per_tonne_minor=65_000, minimum_minor=1500)),
        ("44", "4401", Tier(from_g=300_000, per_tonne_minor=60_000)),
    )
    assert [cost(one, parcel(kg * 1000, "440106")) for kg in (10, 100, 300, 301)] == [1500, 6500, 19_500, 18_060]


def test_the_bulky_parcel_pays_its_volume_and_the_longest_prefix_counts() -> None:
    one = draft(
        ("", "33", Tier(per_tonne_minor=1_000_000)),
        ("", "330106", Tier(per_tonne_minor=500_000)),
    )
    bulky = parcel(1000, "330100", length_mm=400, width_mm=300, height_mm=200)  # 24,000 cm³ / 6,000 = 4 kg
    assert cost(one, bulky, volumetric_divisor=6000) == 4000
    assert cost(one, parcel(1000)) == 500


def test_surcharges_come_on_top_where_they_fit() -> None:
    one = draft(
        ("", "", Tier(base_minor=1000)),
        surcharges=[
            Surcharge(kind="fuel", share_ppm=75_000),
            Surcharge(kind="remote", region="54", fixed_minor=1500),
            Surcharge(kind="chilled", storage_class="chilled", fixed_minor=600),
            Surcharge(kind="heavy", from_g=30_000, fixed_minor=2000),
        ],
    )
    assert cost(one, parcel(500)) == 1075
    found = price(one, parcel(31_000, "540102", storage_class="chilled"))
    assert found is not None
    assert found.price_minor == 1000 + 75 + 1500 + 600 + 2000
    assert dict(found.surcharges)["remote"] == 1500


def test_by_the_cubic_metre_where_the_volume_is_dearer() -> None:
    one = draft(("", "", Tier(per_tonne_minor=80_000, per_m3_minor=20_000)))
    assert cost(one, parcel(100_000, length_mm=1000, width_mm=1000, height_mm=1000)) == 20_000
    assert cost(one, parcel(300_000, length_mm=1000, width_mm=1000, height_mm=1000)) == 24_000


def test_the_next_break_counts_where_it_is_cheaper() -> None:
    tiers = (
        ("", "", Tier(to_g=10_000, per_tonne_minor=1_000_000)),
        ("", "", Tier(from_g=10_000, per_tonne_minor=500_000)),
    )
    assert cost(draft(*tiers, lower_break=True), parcel(9000)) == 5001
    assert cost(draft(*tiers), parcel(9000)) == 9000


PLACES = ("", "33", "3301", "330106", "44", "54")
DISTRICTS = ("330106", "330110", "331002", "440111", "540102", "110105")


@st.composite
def lanes(draw: st.DrawFn) -> list[tuple[str, str, Tier]]:
    rows = []
    for origin, region in draw(
        st.sets(st.tuples(st.sampled_from(("", "44")), st.sampled_from(PLACES)), min_size=1, max_size=4)
    ):
        bounds = sorted(draw(st.sets(st.integers(1, 60_000), max_size=3)))
        closed = draw(st.booleans()) and bounds
        ends: list[int | None] = [*bounds] if closed else [*bounds, None]
        for start, end in zip([0, *bounds], ends, strict=False):
            tier = Tier(
                from_g=start,
                to_g=end,
                base_minor=draw(st.integers(1, 50_000)),
                included_g=draw(st.integers(0, 20_000)),
                step_g=draw(st.sampled_from((1, 100, 500, 1000))),
                per_tonne_minor=draw(st.integers(0, 3_000_000)),
                per_m3_minor=draw(st.sampled_from((0, 0, 90_000))),
                minimum_minor=draw(st.integers(0, 3000)),
            )
            rows.append((origin, region, tier))
    return rows


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    surcharge = st.builds(
        Surcharge,
        kind=st.just("fuel"),
        region=st.sampled_from(PLACES),
        storage_class=st.sampled_from(("", "chilled")),
        from_g=st.sampled_from((0, 5000)),
        fixed_minor=st.integers(0, 900),
        share_ppm=st.integers(0, 300_000),
    )
    return draft(
        *draw(lanes()),
        surcharges=draw(st.lists(surcharge, max_size=3)),
        round_up_g=draw(st.sampled_from((1, 100, 1000))),
        lower_break=draw(st.booleans()),
    )


PARCELS = st.builds(
    ParcelFacts,
    origin_district=st.sampled_from(DISTRICTS),
    destination_district=st.sampled_from(DISTRICTS),
    weight_g=st.integers(0, 90_000),
    length_mm=st.integers(0, 900),
    width_mm=st.integers(0, 900),
    height_mm=st.integers(0, 900),
    storage_class=st.sampled_from(("ambient", "chilled")),
)


@settings(max_examples=25, deadline=None)
@given(drafts(), st.lists(PARCELS, min_size=1, max_size=12), st.sampled_from((0, 5000, 8000)))
def test_thousands_at_once_cost_what_each_costs_alone_and_never_less_than_nothing(
    one: Draft, parcels: list[ParcelFacts], divisor: int
) -> None:
    together, weights = Compiled(one, volumetric_divisor=divisor).prices(pricing.columns_of(parcels))
    for at, what in enumerate(parcels):
        alone = price(one, what, volumetric_divisor=divisor)
        assert together[at] == (alone.price_minor if alone else -1)
        assert alone is None or (alone.price_minor >= 0 and weights[at] == alone.billed_g)


@settings(max_examples=25, deadline=None)
@given(drafts(), PARCELS, st.integers(1, 30_000))
def test_a_heavier_parcel_never_costs_less_where_no_price_falls(one: Draft, what: ParcelFacts, more_g: int) -> None:
    falls = {fault.code for fault in tariffs.faults(one)} & {"price_falls"}
    heavier = ParcelFacts(what.origin_district, what.destination_district, what.weight_g + more_g)
    light = ParcelFacts(what.origin_district, what.destination_district, what.weight_g)
    before, after = price(one, light), price(one, heavier)
    if before and after and not falls:
        assert after.price_minor >= before.price_minor

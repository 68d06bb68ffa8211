"""What a draft of a tariff must be before it may count."""

from __future__ import annotations

import pytest

from steward.modules.logistics.ports import UnreadableSheet
from steward.modules.logistics.rules import tariff_text
from steward.modules.logistics.rules.tariffs import Draft, Surcharge, Tier, faults, lanes_of


def draft(*tiers: Tier, **facts: object) -> Draft:
    return Draft(currency="CNY", lanes=lanes_of([("", "33", tier) for tier in tiers]), **facts)  # type: ignore[arg-type]


def codes(one: Draft) -> list[tuple[int, str]]:
    return [(fault.row, fault.code) for fault in faults(one)]


def test_first_and_additional_weight_is_one_tier_without_fault() -> None:
    assert codes(draft(Tier(base_minor=800, included_g=1000, step_g=1000, per_tonne_minor=200_000))) == []


def test_overlaps_and_gaps_are_named_at_their_rows_all_at_once() -> None:
    found = codes(
        draft(
            Tier(to_g=1000, base_minor=500, row=1),
            Tier(from_g=800, to_g=2000, base_minor=700, row=2),
            Tier(from_g=3000, base_minor=900, row=3),
        )
    )
    assert found == [(2, "tier_overlaps"), (3, "tier_gap")]


def test_a_lane_must_begin_at_nothing_and_nothing_follows_an_open_end() -> None:
    assert codes(draft(Tier(from_g=1000, base_minor=500, row=4))) == [(4, "tier_gap")]
    assert codes(draft(Tier(base_minor=500, row=1), Tier(from_g=5000, base_minor=600, row=2))) == [(2, "tier_overlaps")]


def test_a_price_that_falls_with_the_weight_is_a_warning_unless_the_next_break_counts() -> None:
    tiers = (
        Tier(to_g=10_000, base_minor=2000, row=1),
        Tier(from_g=10_000, per_tonne_minor=100_000, row=2),
    )
    assert [(fault.code, fault.severity) for fault in faults(draft(*tiers))] == [("price_falls", "warning")]
    assert codes(draft(*tiers, lower_break=True)) == []


def test_a_tier_without_any_price_and_numbers_out_of_bounds_are_named() -> None:
    assert codes(draft(Tier(row=7))) == [(7, "price_missing")]
    assert codes(draft(Tier(base_minor=-1, step_g=0, row=2))) == [(2, "number_unfit"), (2, "number_unfit")]
    assert codes(draft(Tier(from_g=5, to_g=5, base_minor=1, row=3))) == [(3, "tier_ends_before_it_begins")]


def test_unknown_words_of_surcharges_and_currency_are_named() -> None:
    one = draft(
        Tier(base_minor=1),
        surcharges=[Surcharge(kind="luck", fixed_minor=1), Surcharge(kind="fuel"), Surcharge(kind="fuel", region="3")],
    )
    assert codes(one) == [(0, "surcharge_unknown"), (0, "price_missing"), (0, "price_missing"), (0, "region_unknown")]


def test_a_row_said_twice_in_the_same_words_counts_once() -> None:
    same = {"base_minor": 500, "to_g": None}
    assert len(draft(Tier(row=1, **same), Tier(row=2, **same)).lanes[0].tiers) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [("目的地,价,价\n浙江,1,2\n", "twin_columns"), ("目的地,价\n浙江,1,200\n", "extra_cells"),
     ("目的地,价\n浙江," + "1" * 140_000, "unreadable_sheet"), ("目的地,价\n" + "浙江,1\n" * 20_001, "too_many_rows")],
)  # fmt: skip
def test_pasted_cells_of_which_a_part_would_be_lost_are_refused(text: str, code: str) -> None:
    with pytest.raises(UnreadableSheet) as refusal:
        tariff_text.records_of(text)

    assert refusal.value.code == code

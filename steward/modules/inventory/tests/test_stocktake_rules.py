"""Rules of counting: what a scan means, who counts what, which class goods are of, and how right books are."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.inventory.rules import accuracy, sheets
from steward.modules.inventory.rules import stocktaking as rules

TENT = rules.Place(1, "TENT-2", "6901234567892", "", "sellable")
MILK_A = rules.Place(2, "MILK", "", "A1", "sellable")
MILK_B = rules.Place(3, "MILK", "", "B7", "sellable")
BROKEN = rules.Place(4, "TENT-2", "6901234567892", "", "damaged")
ODD = rules.Place(5, "1001", "", "", "sellable")
PEOPLE = st.lists(st.sampled_from("abcd"), unique=True)


@pytest.mark.parametrize("code", ["TENT-2", "tent-2", " 6901234567892 "])
def test_sku_and_barcode_count_a_piece(code: str) -> None:
    assert rules.read_scan(code, [TENT, MILK_A], None) == rules.Scan("piece", 1)


def test_a_short_number_is_the_count_of_the_line_at_hand() -> None:
    assert rules.read_scan("12", [TENT], 1) == rules.Scan("number", 1, 12)


def test_a_number_without_a_line_at_hand_or_as_long_as_a_barcode_is_a_code() -> None:
    assert rules.read_scan("12", [TENT], None).kind == "elsewhere"
    assert rules.read_scan("690123", [TENT], 1).kind == "elsewhere"


def test_a_listed_code_stays_a_code_even_where_it_looks_like_a_number() -> None:
    assert rules.read_scan("1001", [TENT, ODD], 1) == rules.Scan("piece", 5)


def test_goods_in_several_lots_ask_which_until_one_is_at_hand_or_on_the_label() -> None:
    assert rules.read_scan("MILK", [MILK_A, MILK_B], None) == rules.Scan("choose", choices=(2, 3))
    assert rules.read_scan("MILK", [MILK_A, MILK_B], 3) == rules.Scan("piece", 3)
    assert rules.read_scan("MILK#a1", [MILK_A, MILK_B], 3) == rules.Scan("piece", 2)


def test_conditions_are_counted_apart() -> None:
    assert rules.read_scan("TENT-2", [TENT, BROKEN], None).choices == (1, 4)
    assert rules.read_scan("TENT-2", [TENT, BROKEN], 4) == rules.Scan("piece", 4)


@given(st.text(), st.none() | st.integers(1, 5))
def test_whatever_is_scanned_means_something(text: str, current: int | None) -> None:
    found = rules.read_scan(text, [TENT, MILK_A, MILK_B, BROKEN, ODD], current)

    assert (found.kind == "unreadable") == (not rules.read_code(text)[0])
    assert (found.line_id is not None) == (found.kind in ("piece", "number"))


def test_negative_and_absurd_counts_are_named() -> None:
    assert [rules.count_fault(units, 100) for units in (-1, 0, 100, 101)] == ["negative", "", "", "absurd"]


@pytest.mark.parametrize(
    ("differences", "again"),
    [([], False), ([0], False), ([-2], True), ([-2, -2], False), ([-2, -1], True), ([3, 0], False)],
)
def test_what_one_person_found_or_two_disagree_about_is_counted_again(differences: list[int], again: bool) -> None:
    assert rules.is_worth_recount(differences, recount_from=1) is again


def test_small_differences_need_no_second_count_where_the_house_says_so() -> None:
    assert not rules.must_recount(-2, 1, recount_from=3)
    assert rules.must_recount(-3, 1, recount_from=3)


def test_every_state_is_reached_and_every_live_one_ends() -> None:
    assert set(rules.TRANSITIONS.values()) == set(rules.STATES)
    assert {state for state, _verb in rules.TRANSITIONS} == set(rules.LIVE)
    assert set(rules.SHEET_TRANSITIONS.values()) | {"open"} == set(rules.SHEET_STATES)


def test_nobody_sees_the_books_while_anybody_counts() -> None:
    assert not rules.numbers_shown("counting", is_lead=True)
    assert [rules.numbers_shown("comparing", is_lead=lead) for lead in (True, False)] == [True, False]
    assert [rules.numbers_shown("awaiting_approval", is_lead=lead) for lead in (True, False)] == [True, False]
    assert rules.numbers_shown("done", is_lead=False)


@given(st.integers(-50, 50), st.integers(0, 50), st.integers(0, 50), st.booleans())
def test_what_is_booked_never_takes_more_than_lies_there_unheld(
    difference: int, on_hand: int, held: int, backorder: bool
) -> None:
    held = min(held, on_hand)

    booked = rules.bookable(difference, on_hand=on_hand, held=held, allow_backorder=backorder)

    assert abs(booked) <= abs(difference)
    assert booked * difference >= 0
    assert backorder or on_hand + booked >= held


@given(st.dictionaries(st.text("xyz", max_size=2), st.lists(st.integers(), min_size=1, max_size=9), max_size=4), PEOPLE)
def test_every_line_is_on_one_sheet_and_shares_are_even(zones: dict[str, list[int]], people: list[str]) -> None:
    dealt = sheets.split(zones, people, most=9)

    for zone, keys in zones.items():
        of_zone = [sheet for sheet in dealt if sheet.zone == zone]
        assert [key for sheet in of_zone for key in sheet.keys] == keys
        sizes = [len(sheet.keys) for sheet in of_zone]
        assert min(sizes) > 0
        assert max(sizes) - min(sizes) <= 1
        assert len({sheet.counter for sheet in of_zone}) == len(of_zone)
    assert {sheet.counter for sheet in dealt} <= set(people or [""])


@given(st.lists(st.tuples(st.sampled_from("xy"), PEOPLE), max_size=12), PEOPLE)
def test_nobody_counts_again_what_they_counted(given_lines: list[tuple[str, list[str]]], people: list[str]) -> None:
    lines = [sheets.Again(key, zone, tuple(by)) for key, (zone, by) in enumerate(given_lines)]

    dealt, left = sheets.deal_again(lines, people, most=12)

    assert Counter(left) + Counter(key for sheet in dealt for key in sheet.keys) == Counter(range(len(lines)))
    for sheet in dealt:
        for key in sheet.keys:
            assert lines[key].zone == sheet.zone
            assert sheet.counter not in lines[key].counted_by
    assert all(set(people) <= set(lines[key].counted_by) for key in left)


@given(st.dictionaries(st.integers(1, 40), st.integers(-5, 10_000), max_size=30))
def test_classes_fall_with_the_value_and_a_makes_up_its_share(values: dict[int, int]) -> None:
    found = sheets.abc_classes(values, a_share=0.8, b_share=0.95)

    ordered = sorted(values, key=lambda item: (-values[item], item))
    assert [found[item] for item in ordered] == sorted(found.values())
    total = sum(max(0, value) for value in values.values())
    in_a = sum(values[item] for item in ordered if found[item] == "A")
    assert in_a * 100 >= total * 80
    assert all(found[item] == "C" for item, value in values.items() if value <= 0)


def test_classes_of_a_known_example() -> None:
    assert sheets.abc_classes({1: 70, 2: 15, 3: 10, 4: 5}, a_share=0.8, b_share=0.95) == {
        1: "A",
        2: "A",
        3: "B",
        4: "C",
    }


def test_what_is_not_for_sale_lies_in_quarantine_where_there_is_one() -> None:
    zones = [sheets.ZoneFacts("cold", "chilled", "storage"), sheets.ZoneFacts("hold", "ambient", "quarantine")]

    assert sheets.zone_of("chilled", "sellable", zones) == "cold"
    assert sheets.zone_of("chilled", "damaged", zones) == "hold"
    assert sheets.zone_of("chilled", "damaged", zones[:1]) == "cold"
    assert sheets.zone_of("frozen", "sellable", zones) == ""


LINES = st.builds(
    accuracy.Counted,
    zone=st.sampled_from("xy"),
    abc_class=st.sampled_from("ABC"),
    expected=st.integers(-3, 50),
    difference=st.integers(-20, 20),
    price_minor=st.integers(0, 900),
    counts=st.lists(st.tuples(st.sampled_from("pq"), st.integers(-20, 20)), max_size=2).map(tuple),
)


@given(st.lists(LINES, max_size=15))
def test_accuracy_is_a_share_and_its_parts_add_up(lines: list[accuracy.Counted]) -> None:
    whole = accuracy.of_lines(lines)

    for one in (whole, *accuracy.by_counter(lines).values()):
        for share in (one.line_share, one.value_share):
            assert share is None or 0 <= share <= 1
    for parts in (accuracy.by_zone(lines), accuracy.by_class(lines)):
        assert sum(part.lines for part in parts.values()) == whole.lines
        assert sum(part.right for part in parts.values()) == whole.right
        assert sum(part.off_minor for part in parts.values()) == whole.off_minor


def test_gains_and_losses_do_not_cancel_and_a_mended_miscount_is_the_counters() -> None:
    found = accuracy.Counted("x", "A", 10, 0, 100, (("lin", -4), ("chen", 0)))
    more, fewer = accuracy.Counted("x", "A", 10, 2, 100), accuracy.Counted("x", "A", 10, -2, 100)

    assert accuracy.of_lines([more, fewer]).value_share == pytest.approx(0.8)
    assert accuracy.of_lines([found]).line_share == 1
    assert {who: one.right for who, one in accuracy.by_counter([found]).items()} == {"lin": 0, "chen": 1}


@given(
    st.dictionaries(st.text("xyz", max_size=2), st.lists(st.integers(), min_size=1, max_size=30), max_size=4),
    PEOPLE,
    st.integers(1, 12),
)
def test_no_sheet_is_longer_than_it_may_be(zones: dict[str, list[int]], people: list[str], most: int) -> None:
    dealt = sheets.split(zones, people, most=most)

    for zone, keys in zones.items():
        of_zone = [sheet for sheet in dealt if sheet.zone == zone]
        assert [key for sheet in of_zone for key in sheet.keys] == keys
        assert all(0 < len(sheet.keys) <= most for sheet in of_zone)
        beside = [sheet.counter for sheet in of_zone]
        assert beside == sorted(beside, key=beside.index)
        load = Counter(beside).values()
        assert max(load) - min(load) <= 1


def test_a_long_recount_is_cut_into_sheets() -> None:
    lines = [sheets.Again(key, "x", ("person:1",)) for key in range(7)]

    for people in ([], ["person:2"]):
        dealt, left = sheets.deal_again(lines, people, most=3)
        assert ([len(sheet.keys) for sheet in dealt], left) == ([3, 3, 1], [])

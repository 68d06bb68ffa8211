"""The pure rules of cases: what may be claimed, what becomes of goods, how answers are joined."""

from __future__ import annotations

import pytest

from steward.modules.returns.rules import claiming, inspecting, joining, states
from steward.modules.returns.rules.policy import Verdict

SHARES = {"A": 1000, "B": 1000, "C": 700, "D": 0}
TENT, STOVE, SET, ADVICE = 1, 2, 3, 4


def test_lines_of_one_item_share_what_was_sent_in_their_order() -> None:
    lines = [claiming.Bought(11, TENT, 2), claiming.Bought(12, TENT, 2)]

    assert claiming.pieces_sent(lines, {TENT: 3}, {}, whole=False) == {11: 2, 12: 1}


def test_a_bundle_was_sent_as_often_as_all_of_it_was() -> None:
    lines = [claiming.Bought(11, SET, 3)]

    assert claiming.pieces_sent(lines, {TENT: 2, STOVE: 5}, {SET: {TENT: 1, STOVE: 2}}, whole=False) == {11: 2}


def test_what_has_no_stock_is_sent_with_the_rest() -> None:
    lines = [claiming.Bought(11, ADVICE, 1, stocked=False), claiming.Bought(12, TENT, 1)]

    assert claiming.pieces_sent(lines, {}, {}, whole=False) == {11: 0, 12: 0}
    assert claiming.pieces_sent(lines, {TENT: 1}, {}, whole=False) == {11: 1, 12: 1}


def test_the_first_free_pieces_are_claimed() -> None:
    assert claiming.free_positions(4, {1, 3}, 2) == [2, 4]
    assert claiming.free_positions(2, {1}, 5) == [2]


@pytest.mark.parametrize(
    ("grade", "storage", "keeps", "becomes"),
    [
        ("A", "ambient", 0, "restock"),
        ("A", "ambient", 90, "quarantine"),
        ("B", "ambient", 0, "refurbish"),
        ("A", "chilled", 20, "scrap"),
        ("A", "hazardous", 0, "quarantine"),
        ("D", "ambient", 0, "scrap"),
    ],
)
def test_what_becomes_of_goods_follows_grade_and_how_they_are_kept(
    grade: str, storage: str, keeps: int, becomes: str
) -> None:
    assert inspecting.disposition_of(grade, storage, keeps_for_days=keeps) == becomes


def test_the_grade_costs_only_who_returns_without_a_fault_of_ours() -> None:
    facts = {"storage_class": "ambient", "keeps_for_days": 0, "shares": SHARES}

    assert inspecting.proposal("C", by_customer=True, **facts).share_permille == 700  # type: ignore[arg-type]
    assert inspecting.proposal("D", by_customer=False, **facts) == inspecting.Proposal("scrap", "accept", 1000)  # type: ignore[arg-type]
    assert inspecting.proposal("D", by_customer=True, **facts).acceptance == "ask_person"  # type: ignore[arg-type]


def test_another_serial_than_was_sold_is_for_a_person() -> None:
    found = inspecting.proposal(
        "A", storage_class="ambient", keeps_for_days=0, by_customer=False, shares=SHARES, serial_differs=True
    )

    assert (found.acceptance, found.disposition) == ("ask_person", "restock")


def test_of_several_lines_the_strictest_term_counts() -> None:
    one = Verdict(eligible=True, kinds=("exchange", "return_refund"), automatic_up_to_minor=500, return_within_h=48)
    other = Verdict(eligible=True, kinds=("return_refund",), automatic_up_to_minor=100, freight_payer="merchant")

    both = joining.joined([one, other])

    assert (both.kinds, both.automatic_up_to_minor, both.return_within_h) == (("return_refund",), 100, 48)
    assert both.freight_payer == "merchant"
    assert joining.joined([one, Verdict(eligible=False, why="too_late")]).why == "too_late"


def test_a_limit_below_zero_never_grants() -> None:
    assert not joining.is_granted_alone(Verdict(eligible=True), 0)
    assert joining.is_granted_alone(Verdict(eligible=True, automatic_up_to_minor=0), 0)


def test_every_transition_leads_to_a_known_state() -> None:
    assert {*states.TRANSITIONS.values()} <= set(states.STATES)
    assert {*states.RECEPTIONS.values()} <= set(states.RECEPTION_STATES)
    assert {*states.ACCEPTANCES.values()} <= set(states.ACCEPTANCE_STATES)


def test_a_case_is_settled_once_nothing_is_on_its_way_or_waits_for_a_verdict() -> None:
    assert states.is_settled([("received", "accepted"), ("expired", "pending"), ("lost", "rejected")])
    assert not states.is_settled([("received", "accepted"), ("lost", "to_person")])
    assert not states.is_settled([("in_transit", "accepted")])

"""Tiers cover every amount once, and what no tier knows is treated most strictly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from steward.modules.approvals import rules

amounts = st.integers(0, 10**9)
tiers = st.builds(
    rules.Tier,
    deciders=st.integers(0, 5),
    currency=st.sampled_from(["CNY", "EUR", ""]),
    from_minor=amounts,
)


@given(st.lists(tiers, min_size=1, max_size=8), amounts, st.sampled_from(["CNY", "EUR", ""]))
def test_the_tier_is_the_highest_one_reached(given_tiers: list[rules.Tier], amount: int, currency: str) -> None:
    found = rules.tier_for(given_tiers, amount_minor=amount, currency=currency)
    own = [tier for tier in given_tiers if tier.currency == currency]
    reached = [tier for tier in own if tier.from_minor <= amount]
    if own:
        assert (found is None) == (not reached)
        assert found is None or found.from_minor == max(tier.from_minor for tier in reached)
    else:
        assert found is not None
        assert found.deciders == max(tier.deciders for tier in given_tiers)


def test_a_policy_without_a_tier_from_zero_is_refused() -> None:
    found = rules.faults([rules.Tier(deciders=1, from_minor=5, currency="CNY")], roles=[])
    assert found == [("tiers", "tier_from_zero_missing")]


def test_the_same_bound_twice_and_an_unknown_role_are_named_together() -> None:
    both = [rules.Tier(deciders=1, role="nobody"), rules.Tier(deciders=2)]
    assert rules.faults(both, roles=["finance"]) == [
        ("tiers.0.role", "role_unknown"),
        ("tiers.1.from_minor", "tier_twice"),
    ]


@given(st.sampled_from(rules.STATES), st.sampled_from(["grant", "refuse", "expire", "withdraw"]))
def test_what_is_settled_stays_settled(state: rules.State, verb: rules.Verb) -> None:
    assert (rules.next_state(state, verb) is None) == (state != "open")


def test_so_many_people_as_were_asked_for_agree_even_below_every_bound() -> None:
    given = [rules.Tier(deciders=n, from_minor=n * 100, currency="CNY", role=f"r{n}") for n in range(3)]

    def deciders(minor: int, at_least: int) -> int | None:
        found = rules.tier_for(given, amount_minor=minor, currency="CNY", at_least=at_least)
        return found.deciders if found else None

    assert (deciders(5, 0), deciders(5, 1), deciders(5, 2), deciders(250, 1)) == (0, 1, 2, 2)
    assert deciders(5, 4) == 4

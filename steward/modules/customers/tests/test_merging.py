"""Buyers who are one person: shown and counted as one, parted exactly, erased together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.kernel import audit, errors, personal
from steward.modules.customers.commands import accounts, identities, merging, proposing, rights
from steward.modules.customers.commands.matching import open_key
from steward.modules.customers.models import Customer, Identity, Merge, MergeRule, Proposal
from steward.modules.customers.queries import search
from steward.modules.customers.queries.accounts import account_history
from steward.modules.customers.queries.merged import families, family
from steward.modules.customers.tests.people import NOW, SETUP, phone, seen

pytestmark = pytest.mark.django_db
PEOPLE = 4


def merge(survivor: int, merged: int) -> int:
    return merging.merge_customers(SETUP, survivor_id=survivor, merged_id=merged, reason="same voice", now=NOW)


def unmerge(merge_id: int) -> None:
    merging.unmerge_customers(SETUP, merge_id=merge_id, reason="two sisters", now=NOW)


def kinds(limit: int = 3) -> list[str]:
    return [row.kind for row in audit.page(limit=limit).rows]


def two_who_share_a_phone() -> tuple[int, int]:
    """Let somebody known by a shop come in with a phone that finds another buyer."""
    one = seen(phone(1))
    other = seen(("shop:jd", "mei-j"))
    assert seen(("shop:jd", "mei-j"), phone(1)) == other
    return one, other


def test_a_phone_that_finds_somebody_else_is_noted_as_shared_once() -> None:
    one, other = two_who_share_a_phone()
    seen(("shop:jd", "mei-j"), phone(1))
    held = Identity.objects.filter(kind="phone").order_by("id").values_list("customer_id", "finds")
    assert list(held) == [(one, True), (other, False)]
    assert sorted(search.matching_customers("13812340001", limit=9)) == [one, other]


def test_buyers_who_share_a_phone_are_proposed_once() -> None:
    one, other = two_who_share_a_phone()
    assert proposing.propose_merges(SETUP, now=NOW) == 1
    assert proposing.propose_merges(SETUP, now=NOW) == 0
    made = Proposal.objects.get()
    assert (made.low_id, made.high_id, made.rule, made.shared) == (one, other, "same-phone", ["phone"])
    assert kinds(1) == ["customers.merge_proposed"]


def test_a_phone_both_have_proved_merges_them_by_itself() -> None:
    one, other = two_who_share_a_phone()
    proposing.propose_merges(SETUP, now=NOW)
    for identity_id in Identity.objects.filter(kind="phone").order_by("id").values_list("id", flat=True):
        identities.verify_identity(SETUP, identity_id=identity_id, how="code", now=NOW)
    assert family([one]) == [one, other]
    assert Merge.objects.get().rule == "same-verified-phone"
    assert Proposal.objects.get().state == "merged"


def test_a_rule_that_is_off_proposes_nothing() -> None:
    two_who_share_a_phone()
    proposing.set_merge_rule(SETUP, code="same-phone", acts="propose", is_on=False, now=NOW)
    assert proposing.propose_merges(SETUP, now=NOW) == 0
    assert not Proposal.objects.exists()


def test_who_was_refused_or_parted_is_not_proposed_again() -> None:
    two_who_share_a_phone()
    proposing.propose_merges(SETUP, now=NOW)
    proposing.refuse_proposal(SETUP, proposal_id=Proposal.objects.get().id, reason="flatmates", now=NOW)
    assert proposing.propose_merges(SETUP, now=NOW) == 0
    with pytest.raises(proposing.ProposalSettled):
        proposing.accept_proposal(SETUP, proposal_id=Proposal.objects.get().id, reason="no", now=NOW)


def test_parted_buyers_are_not_merged_again_by_what_they_share() -> None:
    one, other = two_who_share_a_phone()
    MergeRule.objects.filter(code="same-phone").update(acts="do")
    proposing.propose_merges(SETUP, now=NOW)
    assert family([other]) == [one, other]
    unmerge(Merge.objects.get().id)
    assert proposing.propose_merges(SETUP, now=NOW) == 0
    assert families([one, other]) == {one: [one], other: [other]}


def test_whoever_is_merged_is_recognised_under_their_own_key() -> None:
    one, other = seen(phone(1)), seen(phone(2))
    merge(one, other)
    assert seen(phone(2), ("email", "mei@example.com")) == other
    assert Identity.objects.get(kind="email").customer_id == other


def test_nobody_is_merged_with_themselves_or_with_the_erased_or_with_an_exercise() -> None:
    one, other, erased, drill = seen(phone(1)), seen(phone(2)), seen(phone(3)), seen(phone(4), simulated=True)
    rights.erase_customer(SETUP, customer_id=erased, reason="asked", now=NOW)
    merge(one, other)
    before = Merge.objects.count()
    for pair, refusal in (
        ((one, other), merging.OnePersonAlready),
        ((other, erased), merging.CannotBeOne),
        ((one, drill), merging.CannotBeOne),
        ((one, 10**9), errors.NotFound),
    ):
        with pytest.raises(refusal):
            merge(*pair)
    assert Merge.objects.count() == before


def test_erasing_one_erases_the_whole_person_and_nobody_can_be_parted_any_more() -> None:
    one, other, third = seen(phone(1)), seen(phone(2)), seen(phone(3))
    merge_id = merge(one, other)
    rights.erase_customer(SETUP, customer_id=other, reason="asked", now=NOW)
    erased = Customer.objects.exclude(erased_at=None).order_by("id").values_list("id", flat=True)
    assert list(erased) == [one, other]
    assert kinds(2) == ["customers.customer_erased"] * 2
    assert list(Identity.objects.values_list("customer_id", flat=True)) == [third]
    with pytest.raises(merging.UndoneAlready):
        unmerge(merge_id)


def test_terms_hold_for_the_whole_person() -> None:
    one, other = seen(phone(1)), seen(phone(2))
    merge(one, other)
    facts: dict[str, Any] = {"currency": "CNY", "days": 30, "reason": "contract", "now": NOW}
    accounts.set_account(SETUP, customer_id=other, limit_minor=500, **facts)
    accounts.set_account(SETUP, customer_id=one, limit_minor=900, **facts)
    in_force = [row.limit_minor for row in account_history(one) if row.ended_at is None]
    assert in_force == [900]


def test_an_identity_of_somebody_else_is_added_as_shared_and_proposed() -> None:
    one, other = seen(phone(1)), seen(phone(2))
    identities.add_identity(SETUP, customer_id=other, kind="phone", value="138 1234 0001", now=NOW)
    assert Proposal.objects.filter(low_id=one, high_id=other, state="open").exists()
    again = identities.add_identity(SETUP, customer_id=other, kind="phone", value="13812340001", now=NOW)
    assert Identity.objects.filter(kind="phone", customer_id=other).order_by("-id").first() == Identity(id=again)


def test_a_value_that_is_none_and_a_proof_that_is_none_are_refused() -> None:
    one = seen(phone(1))
    for facts in ({"kind": "phone", "value": "12"}, {"kind": "email", "value": "a@b.cn", "verified_how": "magic"}):
        with pytest.raises(errors.BadInput):
            identities.add_identity(SETUP, customer_id=one, now=NOW, **facts)
    assert Identity.objects.count() == 1


def test_what_a_buyer_is_known_by_is_sealed_under_their_own_key() -> None:
    one = seen(phone(1))
    row = Identity.objects.get(customer_id=one)
    assert row.sealed is not None
    assert personal.unseal(open_key(one), row.sealed) == "+8613812340001"


step = st.tuples(st.booleans(), st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=3, max_size=9))
def test_any_sequence_of_merges_and_partings_says_what_the_merges_that_hold_say(
    steps: list[tuple[bool, int, int]],
) -> None:
    Merge.objects.all().delete()
    Customer.objects.update(survivor=None)
    people = [seen(phone(number)) for number in range(PEOPLE)]
    found_before, held_before = answers(people), list(Identity.objects.order_by("id").values())
    held: list[tuple[int, int, int]] = []
    for is_merge, one, other in steps:
        if is_merge or not held:
            tops = {member: stands for stands, kin in parts(people, held) for member in kin}
            if tops[people[one]] != tops[people[other]]:
                held.append((merge(people[one], people[other]), tops[people[other]], tops[people[one]]))
        else:
            merge_id, _, _ = held.pop((one * PEOPLE + other) % len(held))
            unmerge(merge_id)
        expected = {member: kin for _, kin in parts(people, held) for member in kin}
        assert families(people) == expected
    for merge_id, _, _ in held:
        unmerge(merge_id)
    assert answers(people) == found_before
    assert list(Identity.objects.order_by("id").values()) == held_before
    assert not Customer.objects.exclude(survivor=None).exists()


def parts(people: list[int], held: list[tuple[int, int, int]]) -> list[tuple[int, list[int]]]:
    """Group people by the merges that hold, slowly: (who stands for them, all of them)."""
    stands = {id_: id_ for id_ in people}
    into = {merged: survivor for _, merged, survivor in held}
    for id_ in people:
        while stands[id_] in into:
            stands[id_] = into[stands[id_]]
    return [(top, [id_ for id_ in people if stands[id_] == top]) for top in set(stands.values())]


def answers(people: list[int]) -> list[Any]:
    """Say what queries and searches answer about these people."""
    found = [sorted(search.matching_customers(f"1381234{number:04}", limit=9)) for number in range(PEOPLE)]
    return [families(people), found, [seen(phone(number)) for number in range(PEOPLE)]]

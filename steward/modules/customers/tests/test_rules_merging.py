"""Who stands for whom follows from the merges that hold, and from nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from steward.modules.customers.rules.identities import canonical, group_of
from steward.modules.customers.rules.merging import Rule, Shared, led_by, rule_for, survivors

DO = Rule("sure", "phone", "both", "do")
ASK = Rule("maybe", "phone", "any", "propose")


def test_a_chain_of_merges_has_one_who_stands_for_all() -> None:
    assert survivors([1, 2, 3], {3: 2, 2: 1}) == {1: 1, 2: 1, 3: 1}


def test_taking_the_upper_merge_back_leaves_the_lower_one() -> None:
    assert led_by(2, [1, 2, 3], {3: 2, 2: 1}) == [2, 3]


def test_a_proved_value_merges_where_an_unproved_one_is_only_proposed() -> None:
    assert rule_for([Shared("phone", True)], [ASK, DO]) == DO
    assert rule_for([Shared("phone", False)], [ASK, DO]) == ASK
    assert rule_for([Shared("email", True)], [ASK, DO]) is None


def test_kinds_belong_to_the_group_their_first_word_names() -> None:
    kinds = ("phone", "shop:tmall", "wechat:gh_12ab", "chat")
    assert [group_of(kind) for kind in kinds] == ["phone", "shop", "channel", "channel"]


def test_typed_values_are_compared_in_one_form_and_nonsense_is_none() -> None:
    assert canonical("phone", "138 1234 5521") == "+8613812345521"
    assert canonical("email", " Mei@Example.COM ") == "mei@example.com"
    assert canonical("wechat:gh_12ab", "oX1_z") == "oX1_z"
    refused = (("phone", "12"), ("shop", "mei"), ("phone:x", "13812345521"), ("taxi", "7"), ("chat", "a\nb"))
    assert [canonical(*one) for one in refused] == [""] * 5


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12), st.data())
def test_any_merge_can_be_taken_back_and_leaves_what_the_others_say(
    wishes: list[tuple[int, int]], data: st.DataObject
) -> None:
    people = range(8)
    merges: dict[int, int] = {}
    for one, other in wishes:
        top, bottom = (survivors(people, merges)[id_] for id_ in (one, other))
        if top != bottom:
            merges[bottom] = top
    if not merges:
        return
    undone = data.draw(st.sampled_from(sorted(merges)))
    rest = {merged: survivor for merged, survivor in merges.items() if merged != undone}
    stands = survivors(people, rest)
    assert led_by(undone, people, merges) == [id_ for id_ in people if stands[id_] == undone]
    assert all(stands[id_] == survivors(people, merges)[id_] for id_ in people if stands[id_] != undone)

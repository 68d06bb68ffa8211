"""A house may take goods of an order back, or exchange them, once only."""

from __future__ import annotations

import msgspec
import pytest

from steward.modules.returns.commands.deciding import withdraw_case
from steward.modules.returns.commands.policies import save_policy
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.queries.policies import active_policy
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db
ONCE = {
    "code": "once",
    "labels": {"zh-hans": "一单一次", "zh-hant": "一單一次", "en": "Once per order"},
    "outcome": "refuse",
    "why": "once_only",
    "when": {"first": False},
}


def test_a_second_case_of_an_order_is_refused_where_the_policy_says_once() -> None:
    bought = case.delivered(quantity=3)
    active = active_policy()
    rules = [ONCE, *msgspec.to_builtins(active.rules)]
    save_policy(make.manager_zhao(), rules=rules, note="once", expected_version=active.version)

    both = open_cases(make.agent_wang(), drafts=[case.wanted(bought), case.wanted(bought)], now=case.LATER)
    third = case.opened(bought)

    assert [bool(one.number) for one in both] == [True, False]
    assert [one.refusal.code for one in (both[1], third) if one.refusal] == ["once_only", "once_only"]

    withdraw_case(make.agent_wang(), case_id=case.case_of(both[0]).id, now=case.LATER)

    assert case.opened(bought).number  # nothing came of the first, so this one is the first again

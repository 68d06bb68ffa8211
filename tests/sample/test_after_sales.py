"""What the sample merchant takes back: every article has its place, and the house's own rules stand in force."""

from __future__ import annotations

import pytest

from steward.modules.catalog import queries as catalog
from steward.modules.catalog.commands import create_items
from steward.modules.returns.queries import policies
from steward.modules.returns.rules import states
from steward.sample import after_sales, goods
from steward.sample.people import Crew
from tests import make


def test_every_article_has_a_category_and_every_wish_a_solution_there_is() -> None:
    assert [good.sku for good in goods.goods() if not after_sales.category_of(good.sku)] == []
    assert {wish.kind for wish in after_sales.WISHES} == set(states.KINDS)


@pytest.mark.django_db
def test_the_house_puts_its_own_rules_in_force_and_tries_others() -> None:
    crew = Crew()
    crew.let_in()
    create_items(make.TESTER, items=goods.catalogue())

    after_sales.set_up(crew)
    after_sales.try_proposal(crew, make.NOW)

    active = policies.active_policy()
    codes = [rule.code for rule in active.rules]
    assert (active.version, codes.index("camping_season") > codes.index("seven_days")) == (2, True)
    assert catalog.items_by_sku(["STEAK"])["STEAK"].return_class == "fresh"
    defective = next(one for one in policies.all_reasons() if one.code == "defective")
    assert [one.code for one in defective.questions] == ["charged", "light", "what"]
    assert [one.state for one in policies.backtests()] == ["done"]

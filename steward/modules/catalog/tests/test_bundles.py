"""What a bundle consists of is said once, and only what makes sense."""

from __future__ import annotations

import pytest

from steward.modules.catalog import queries
from steward.modules.catalog.commands import UnfitBundle, set_components
from steward.modules.catalog.rules import units_on_shelf
from tests import make

pytestmark = pytest.mark.django_db


def test_a_bundle_is_known_by_its_components() -> None:
    tent, lamp, kit = make.item("TENT"), make.item("LAMP"), make.item("KIT")

    set_components(make.TESTER, item_id=kit, components={"TENT": 1, "LAMP": 2})

    assert queries.components_of([kit, tent]) == {kit: {tent: 1, lamp: 2}}
    assert queries.items_by_sku(["KIT"])["KIT"].components == ((tent, 1), (lamp, 2))
    assert queries.bundles_with([lamp]) == [kit]


def test_an_item_read_before_it_became_a_bundle_is_read_again() -> None:
    make.item("LAMP")
    kit = make.item("KIT")
    assert queries.items_by_sku(["KIT"])["KIT"].components == ()

    set_components(make.TESTER, item_id=kit, components={"LAMP": 2})
    assert len(queries.items_by_sku(["KIT"])["KIT"].components) == 1
    set_components(make.TESTER, item_id=kit, components={})

    assert not queries.items_by_sku(["KIT"])["KIT"].is_bundle


@pytest.mark.parametrize(
    ("components", "named"),
    [({"KIT": 1}, "KIT"), ({"OTHER-KIT": 1}, "OTHER-KIT"), ({"GONE": 1}, "GONE"), ({"LAMP": 0}, "LAMP")],
)
def test_what_makes_no_bundle_is_named_and_changes_nothing(components: dict[str, int], named: str) -> None:
    make.item("LAMP")
    kit, other = make.item("KIT"), make.item("OTHER-KIT")
    set_components(make.TESTER, item_id=other, components={"LAMP": 1})

    with pytest.raises(UnfitBundle, match=named):
        set_components(make.TESTER, item_id=kit, components=components)

    assert queries.components_of([kit]) == {}


def test_a_component_becomes_no_bundle() -> None:
    lamp, kit = make.item("LAMP"), make.item("KIT")
    make.item("BULB")
    set_components(make.TESTER, item_id=kit, components={"LAMP": 1})

    with pytest.raises(UnfitBundle, match="LAMP"):
        set_components(make.TESTER, item_id=lamp, components={"BULB": 1})


def test_bundles_that_share_a_component_add_up() -> None:
    assert units_on_shelf({1: 2, 2: 1, 9: 4}, {1: {9: 3}, 2: {9: 1, 8: 1}}) == {9: 11, 8: 1}

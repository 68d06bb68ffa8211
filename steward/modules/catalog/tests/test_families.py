"""Variants of one product: items that share a family."""

from __future__ import annotations

import pytest

from steward.kernel.models import Event
from steward.modules.catalog import commands, queries
from tests import make

pytestmark = pytest.mark.django_db


def test_an_item_comes_with_its_family_and_can_be_moved_to_another() -> None:
    make.item("TEE-S", family="tee")
    make.item("TEE-M")

    changed = commands.set_families(make.TESTER, families={"TEE-S": "tee", "TEE-M": "tee"})

    assert changed == 1  # the one that was there already is left alone
    assert {one.family for one in queries.items_by_sku(["TEE-S", "TEE-M"]).values()} == {"tee"}
    told = Event.objects.get(kind="catalog.item_family_set").data
    assert (told["sku"], told["before"], told["after"]) == ("TEE-M", "", "tee")


def test_an_unknown_sku_changes_nothing() -> None:
    make.item("TEE-S")

    with pytest.raises(commands.UnfitItem):
        commands.set_families(make.TESTER, families={"TEE-S": "tee", "NOBODY": "tee"})

    assert queries.items_by_sku(["TEE-S"])["TEE-S"].family == ""

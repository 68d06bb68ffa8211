"""Stocktakes in slices do not slip below the limit that the whole would reach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from steward.modules.approvals.models import Request
from steward.modules.inventory.commands import stocktake_deciding
from steward.modules.inventory.commands.places import ZoneDraft, add_zones
from steward.modules.inventory.models import Stocktake
from steward.modules.inventory.tests import counting
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_zones() -> None:
    """Put dear goods into two zones of the warehouse."""
    make.item(stock=4, price_minor=600_000)
    add_zones(make.TESTER, warehouse="hangzhou", zones=[ZoneDraft("frozen", "frozen")])
    make.arrival(make.item("ICE", price_minor=600_000, storage_class="frozen"), 4)


def missing_one(sku: str, zone: str) -> Request:
    """Find one piece missing in a zone and ask for agreement; return what was asked."""
    number = counting.planned("lin", zones=[zone])
    counting.counted(number, {sku: 3})
    counting.recounted(number, {sku: 3})
    return Request.objects.get(id=counting.submitted(number))


@pytest.mark.usefixtures("two_zones")
def test_slices_count_together_towards_the_limit() -> None:
    first, second = missing_one("TENT-2", "ambient"), missing_one("ICE", "frozen")

    assert (first.amount_minor, first.needed) == (600_000, 1)
    assert (second.amount_minor, second.needed) == (600_000, 2)
    assert second.facts["off_before_minor"] == 600_000


@pytest.mark.usefixtures("two_zones")
@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({}, 2),
        ({"submitted_at": counting.LATER - timedelta(days=31)}, 1),
        ({"submitted_by": "person:0"}, 1),
        ({"currency": "USD"}, 2),
    ],
)
def test_what_is_long_past_or_somebody_elses_does_not_count(change: dict[str, Any], needed: int) -> None:
    first = missing_one("TENT-2", "ambient")
    Stocktake.objects.filter(number=first.subject_number).update(**change)

    assert missing_one("ICE", "frozen").needed == needed


@pytest.mark.usefixtures("two_zones")
def test_what_was_called_off_does_not_count() -> None:
    first = missing_one("TENT-2", "ambient")
    stocktake_deciding.cancel_stocktake(make.TESTER, number=first.subject_number, reason="重来", now=counting.LATER)

    assert missing_one("ICE", "frozen").needed == 1


@pytest.mark.usefixtures("two_zones")
def test_slices_through_a_program_count_with_those_of_who_owns_its_key() -> None:
    first = missing_one("TENT-2", "ambient")
    Stocktake.objects.filter(number=first.subject_number).update(submitted_by=make.administrator().id)
    number = counting.planned("lin", zones=["frozen"])
    counting.counted(number, {"ICE": 3})
    counting.recounted(number, {"ICE": 3})

    stocktake_deciding.submit_stocktake(make.program("stock.stocktake"), number=number, now=counting.LATER)

    assert Request.objects.get(subject_number=number).needed == 2


@pytest.mark.usefixtures("two_zones")
def test_the_database_lets_nothing_wait_without_saying_since_when() -> None:
    first = missing_one("TENT-2", "ambient")

    with pytest.raises(IntegrityError, match="stocktake_submitted"), transaction.atomic():
        Stocktake.objects.filter(number=first.subject_number).update(submitted_at=None)
    assert Stocktake.objects.get().submitted_by == make.TESTER.id

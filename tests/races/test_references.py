"""An item is deleted at the moment an order of it comes in: one of the two is refused, whichever is second."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import IntegrityError, connection

from steward.modules.catalog.models import Item
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.receive import receive_resilient
from steward.modules.orders.models import Line, Order
from tests import make
from tests.races.crowd import behind

pytestmark = pytest.mark.django_db(transaction=True)


def delete(item_id: int) -> None:
    """Delete an item that nothing else refers to."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_item WHERE id = %s", [item_id])


def refused_deletion(item_id: int) -> str:
    """Try to delete an item; return why it stays."""
    try:
        delete(item_id)
    except IntegrityError as error:
        return str(error)
    return ""


def ordered(sku: str) -> str:
    """Take an order in; return what became of it."""
    intake = Intake(make.draft(sku=sku), "api")
    return receive_resilient(make.TESTER, intakes=[intake], now=make.NOW)[0].outcome


def test_an_item_that_is_being_ordered_stays() -> None:
    item_id = make.item("BOOK", stocked=False)

    why = behind(partial(make.order, sku="BOOK"), partial(refused_deletion, item_id))

    assert "orders_line still refers to" in why
    assert Item.objects.filter(id=item_id).exists()


def test_an_order_of_an_item_that_is_being_deleted_is_refused() -> None:
    item_id = make.item("BOOK", stocked=False)

    outcome = behind(partial(delete, item_id), partial(ordered, "BOOK"))

    assert outcome == "rejected"
    assert (Order.objects.count(), Line.objects.count()) == (0, 0)

"""Two imports bring cancellation documents of the same buyer, or the same document, at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from steward.modules.catalog import queries as catalog
from steward.modules.customers.models import Customer
from steward.modules.orders.commands.cancellations import DocumentReceipt, record_cancellations, record_resilient
from steward.modules.orders.models import Cancellation
from steward.modules.orders.rules.mapping_outcome import CancelledLine
from tests import make
from tests.races.crowd import behind

pytestmark = pytest.mark.django_db(transaction=True)


def document(number: str, *, quantity: int = 1, buyer: str = "mei-88") -> list[CancelledLine]:
    """Return a document of one line."""
    return [CancelledLine(number, 1, "TENT-2", quantity, quantity * 19_900, make.NOW, buyer)]


def race(first: list[CancelledLine], *second: list[CancelledLine]) -> list[DocumentReceipt]:
    """Record the first document, and the others while it is not committed yet; return the answers to those."""
    make.item()
    shop = catalog.shops_by_code()["own"]
    return behind(
        partial(record_cancellations, make.TESTER, shop=shop, documents=[first]),
        partial(record_resilient, make.TESTER, shop=shop, documents=second),
    )


def test_two_documents_of_one_new_buyer_are_kept_for_one_customer() -> None:
    answers = race(document("C-1"), document("C-2"), document("C-3", buyer="lan-2"))

    assert [answer.outcome for answer in answers] == ["created", "created"]
    assert Customer.objects.count() == 2
    assert Cancellation.objects.filter(external_number__in=["C-1", "C-2"]).values("customer_id").distinct().count() == 1


def test_the_same_document_is_kept_once_and_the_second_is_a_duplicate() -> None:
    [answer] = race(document("C-1", buyer=""), document("C-1", buyer=""))

    assert (answer.outcome, Cancellation.objects.count()) == ("duplicate", 1)


def test_the_same_document_with_other_content_is_a_conflict() -> None:
    [answer] = race(document("C-1", buyer=""), document("C-1", buyer="", quantity=2))

    assert (answer.outcome, Cancellation.objects.get().quantity) == ("conflict", 1)

"""The cast and their things are made by real commands and are what they say."""

import pytest

from tests import make

pytestmark = pytest.mark.django_db


def test_the_clerk_enters_and_does_not_audit() -> None:
    lin = make.clerk_lin()

    assert lin.may("orders.enter")
    assert not lin.may("orders.audit")


def test_the_outsider_may_do_nothing_with_orders() -> None:
    assert not any(permission.startswith("orders.") for permission in make.outsider_sam().permissions)


def test_meis_order_is_faultless() -> None:
    make.item(stock=5)

    receipt = make.order("A-1", payments=[make.payment()])

    assert receipt.outcome == "created"
    assert list(receipt.findings) == []


def test_the_same_order_again_is_a_duplicate() -> None:
    make.item(stock=5)
    first = make.order("A-1")

    second = make.order("A-1")

    assert (second.outcome, second.number) == ("duplicate", first.number)

"""A customer's own address: kept sealed, shown masked, gone with the person."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel import errors, personal
from steward.kernel.models import Event
from steward.modules.customers.commands import addresses, rights
from steward.modules.customers.models import Customer
from steward.modules.customers.queries.directory import customer_view
from steward.modules.customers.queries.own import own_data
from steward.modules.customers.rules.buyers import Address
from steward.modules.customers.tests import people

pytestmark = pytest.mark.django_db
HOME = Address(province="浙江省", city="杭州市", district="西湖区", street="文三路 90 号 5 幢 201 室")


def kept(customer_id: int, address: Address = HOME) -> None:
    """Keep an address."""
    addresses.keep_address(people.SETUP, customer_id=customer_id, address=address, now=people.NOW)


def test_an_address_is_kept_once_and_shown_masked() -> None:
    mei = people.seen(people.phone(1))

    kept(mei)
    kept(mei)

    assert Event.objects.filter(kind="customers.customer_address_kept").count() == 1
    assert own_data([mei])[0].address == HOME
    shown = customer_view(mei).row
    assert shown.name == personal.masked_name("梅子")  # what was known before stays
    assert "西湖区" in shown.address
    assert "201" not in shown.address
    row: Any = Customer.objects.get(id=mei)
    assert "文三路".encode() not in bytes(row.sealed)


def test_an_address_without_a_street_and_one_of_an_erased_person_are_refused() -> None:
    mei = people.seen(people.phone(1))

    with pytest.raises(addresses.NoStreet):
        kept(mei, Address(city="杭州市"))
    kept(mei)
    rights.erase_customer(people.SETUP, customer_id=mei, reason="wish", now=people.NOW)

    assert customer_view(mei).row.address == ""
    with pytest.raises(personal.Erased):
        kept(mei)
    with pytest.raises(errors.NotFound):
        kept(10**9)

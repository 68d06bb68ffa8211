"""How customers can be reached, in clear: for sending alone, at the moment of sending, never for a screen."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from steward.kernel import personal
from steward.kernel.models import PersonKey
from steward.modules.customers.models import Customer


class Contact(Struct, frozen=True):
    """One customer's name and addresses; all empty once erased. `phone` in E.164 where it could be read."""

    customer_id: int
    name: str = ""
    phone: str = ""
    email: str = ""
    erased: bool = False
    simulated: bool = False


def contacts(customer_ids: Collection[int]) -> dict[int, Contact]:
    """Open how some customers can be reached; two queries for all."""
    rows = list(Customer.objects.filter(id__in=customer_ids).values_list("id", "person_key_id", "sealed", "simulated"))
    keys = {
        id_: (wrapped, version)
        for id_, wrapped, version in PersonKey.objects.filter(id__in=[row[1] for row in rows]).values_list(
            "id", "wrapped", "master_version"
        )
    }
    found = {}
    for customer_id, key_id, sealed, simulated in rows:
        wrapped, version = keys[key_id]
        if wrapped is None or sealed is None:
            found[customer_id] = Contact(customer_id, erased=wrapped is None, simulated=simulated)
            continue
        profile = personal.unseal(personal.unwrap(wrapped, version), sealed)
        name, phone, email = (str(profile.get(fact) or "") for fact in ("name", "phone", "email"))
        found[customer_id] = Contact(customer_id, name, phone, email, simulated=simulated)
    return found

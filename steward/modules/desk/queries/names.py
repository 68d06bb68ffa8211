"""Who is who on a page of tickets: customers masked, colleagues by name."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from steward.kernel import personal
from steward.modules.customers.queries.contact import contacts
from steward.modules.people import queries as people


class MaskedCustomer(Struct, frozen=True):
    """A customer as everybody at the desk sees them."""

    customer_id: int
    name: str = ""
    phone: str = ""
    email: str = ""
    erased: bool = False

    @property
    def label(self) -> str:
        """Return what a list calls them: a name, else a way to reach them."""
        return self.name or self.phone or self.email


def masked_customers(customer_ids: Collection[int]) -> dict[int, MaskedCustomer]:
    """Mask some customers; two queries for all."""
    wanted = set(customer_ids)
    if not wanted:
        return {}
    return {
        id_: MaskedCustomer(
            id_,
            personal.masked_name(one.name) if one.name else "",
            personal.masked_phone(one.phone) if one.phone else "",
            personal.masked_email(one.email) if one.email else "",
            one.erased,
        )
        for id_, one in contacts(wanted).items()
    }


def staff_names(staff_ids: Collection[int | None]) -> dict[int, str]:
    """Name colleagues, those who left too; one query."""
    ids = {id_ for id_ in staff_ids if id_}
    named = people.actor_names([f"person:{id_}" for id_ in sorted(ids)]) if ids else {}
    return {id_: named.get(f"person:{id_}", "") for id_ in ids}

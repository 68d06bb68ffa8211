"""Keep where a customer wants their parcels to go unless an order says otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.matching import open_key
from steward.modules.customers.events import CustomerAddressKept
from steward.modules.customers.models import Customer
from steward.modules.customers.rules.buyers import Address


class NoStreet(errors.Refusal):
    """Refuse an address that no parcel finds."""

    code = "no_street"
    status = 422
    message = _("Give the street and the number: without them no parcel arrives.")


@command(needs="customers.edit")
def keep_address(actor: Actor, *, customer_id: int, address: Address, now: datetime) -> None:
    """Keep a customer's own address in the place of the one kept before; orders under way stay as they are.

    It is sealed with the person's key like their name, so erasing them reaches it. The same address again changes
    nothing. Raises: NotFound, Erased, NoStreet. Emits: CustomerAddressKept. Locks: the customer.
    """
    if not address.street.strip():
        raise NoStreet
    row = Customer.objects.select_for_update(no_key=True).filter(id=customer_id).first()
    if row is None:
        raise errors.NotFound(key=customer_id)
    key = open_key(customer_id)
    profile: dict[str, Any] = dict(personal.unseal(key, row.sealed)) if row.sealed else {}
    wanted = msgspec.to_builtins(address)
    if profile.get("address") == wanted:
        return
    Customer.objects.filter(id=customer_id).update(sealed=personal.seal(key, profile | {"address": wanted}))
    events.record(actor, [CustomerAddressKept(customer_id=customer_id, kept_at=now)])

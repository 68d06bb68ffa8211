"""A person's rights: to be shown only with a reason, to be erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.models import PersonKey
from steward.modules.customers.events import CustomerErased, CustomerRevealed
from steward.modules.customers.models import Customer


def _customer(customer_id: int) -> Customer:
    customer = Customer.objects.select_for_update().filter(id=customer_id).first()
    if customer is None:
        raise errors.NotFound(key=customer_id)
    return customer


@command(needs="customers.reveal")
def reveal_customer(actor: Actor, *, customer_id: int, reason: str) -> dict[str, Any]:
    """Show a customer's name, phone and e-mail in clear; who looked, and why, is recorded.

    Raises: NotFound, Erased. Emits: CustomerRevealed.
    """
    customer = _customer(customer_id)
    key = PersonKey.objects.get(id=customer.person_key_id)
    opened = personal.unwrap(key.wrapped, key.master_version)
    events.record(actor, [CustomerRevealed(customer_id=customer_id, reason=reason)])
    return dict(personal.unseal(opened, customer.sealed)) if customer.sealed else {}


@command(needs="customers.erase")
def erase_customer(actor: Actor, *, customer_id: int, reason: str, now: datetime) -> None:
    """Destroy the person's key and every index that finds them; orders and the sealed log stay whole.

    Raises: NotFound. Emits: CustomerErased. Locks: the customer. Source: CUS-6 (PIPL art. 47, GDPR art. 17).
    """
    customer = _customer(customer_id)
    if customer.erased_at:
        return
    PersonKey.objects.filter(id=customer.person_key_id).update(wrapped=None, destroyed_at=now)
    customer.identities.all().delete()
    Customer.objects.filter(id=customer_id).update(sealed=None, name_index=[], phone_tail_index=None, erased_at=now)
    events.record(actor, [CustomerErased(customer_id=customer_id, reason=reason)])

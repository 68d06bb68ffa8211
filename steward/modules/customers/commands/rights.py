"""A person's rights: to be shown only with a reason, to be erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.models import PersonKey
from steward.modules.customers.commands.locking import change_alone, lock_families
from steward.modules.customers.commands.matching import open_key
from steward.modules.customers.events import CustomerErased, CustomerRevealed
from steward.modules.customers.models import Customer, Identity, Proposal, SignInCode, UploadDay, Visit, WrongCode


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


@command(needs="customers.reveal")
def reveal_identity(actor: Actor, *, identity_id: int, reason: str) -> str:
    """Show in clear by what a customer is known; who looked, and why, is recorded.

    Returns "" where the value was not kept. Raises: NotFound, Erased. Emits: CustomerRevealed.
    """
    row = Identity.objects.filter(id=identity_id).first()
    if row is None:
        raise errors.NotFound(key=identity_id)
    key = open_key(row.customer_id)
    events.record(actor, [CustomerRevealed(customer_id=row.customer_id, reason=reason)])
    return str(personal.unseal(key, row.sealed)) if row.sealed is not None else ""


@command(needs="customers.erase")
def erase_customer(actor: Actor, *, customer_id: int, reason: str, now: datetime) -> None:
    """Destroy a person's keys and every index that finds them, with all buyers they were found to be.

    Orders and the sealed log stay whole; merges stay as they are, so that nobody can be parted from what was erased.
    Raises: NotFound. Emits: CustomerErased, one for each of them. Locks: who is who, then the family, in id order.
    Source: CUS-6 (PIPL art. 47, GDPR art. 17).
    """
    change_alone()
    family = lock_families([customer_id]).get(customer_id)
    if family is None:
        raise errors.NotFound(key=customer_id)
    rows = list(Customer.objects.filter(id__in=family, erased_at=None).order_by("id"))
    ids = [row.id for row in rows]
    PersonKey.objects.filter(id__in=[row.person_key_id for row in rows]).update(wrapped=None, destroyed_at=now)
    known = Identity.objects.filter(customer_id__in=ids)
    WrongCode.objects.filter(value_index__in=list(known.values_list("value_index", flat=True))).delete()
    known.delete()
    UploadDay.objects.filter(customer_id__in=ids).delete()
    SignInCode.objects.filter(customer_id__in=ids).delete()
    Visit.objects.filter(customer_id__in=ids).delete()
    Proposal.objects.filter(Q(low_id__in=ids) | Q(high_id__in=ids), state="open").delete()
    Customer.objects.filter(id__in=ids).update(sealed=None, name_index=[], phone_tail_index=None, erased_at=now)
    events.record(actor, [CustomerErased(customer_id=id_, reason=reason) for id_ in ids])

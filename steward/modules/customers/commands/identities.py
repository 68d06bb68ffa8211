"""Know a buyer in one more way, and let them prove that it is theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.locking import change_alone
from steward.modules.customers.commands.matching import open_key
from steward.modules.customers.commands.proposing import propose_merges
from steward.modules.customers.events import IdentityAdded, IdentityVerified
from steward.modules.customers.models import Customer, Identity
from steward.modules.customers.rules import identities as rules

ADD = """
INSERT INTO customers_identity (customer_id, kind, value_index, sealed)
VALUES (%(customer_id)s, %(kind)s, %(index)s, %(sealed)s)
ON CONFLICT (value_index) WHERE finds DO NOTHING
RETURNING id
"""
ADD_SHARED = """
INSERT INTO customers_identity (customer_id, kind, value_index, sealed, finds)
VALUES (%(customer_id)s, %(kind)s, %(index)s, %(sealed)s, false)
ON CONFLICT (value_index, customer_id) WHERE NOT finds DO NOTHING
RETURNING id
"""


@command(needs="customers.edit")
def add_identity(
    actor: Actor, *, customer_id: int, kind: str, value: str, verified_how: str = "", now: datetime
) -> int:
    """Note one more way a buyer is known, at once proved where it says how. Returns the identity's id.

    A value by which somebody else is found is noted beside theirs, and the rules of merging look at the two.
    Raises: NotFound, BadInput, Erased. Emits: IdentityAdded, IdentityVerified. Locks: the customer.
    """
    canonical = rules.canonical(kind, value)
    if not canonical:
        raise errors.BadInput([{"field": "value", "code": "unfit", "message": _("This is none of its kind.")}])
    _check_proof(verified_how)
    _lock(customer_id)
    index = personal.blind_index(kind, canonical)
    known = Identity.objects.filter(customer_id=customer_id, value_index=index).values_list("id", flat=True).first()
    if known is None:
        known = _add(actor, customer_id, kind, canonical, index)
    if verified_how:
        _verify(actor, known, verified_how, now)
    propose_merges(actor, customer_ids=[customer_id], now=now)
    return known


@command(needs="customers.edit")
def verify_identity(actor: Actor, *, identity_id: int, how: str, now: datetime) -> None:
    """Note how somebody proved that a phone, an e-mail or another value is theirs; the first proof stays.

    Raises: NotFound, BadInput. Emits: IdentityVerified, and what the rules of merging follow from it.
    """
    customer_id = Identity.objects.filter(id=identity_id).values_list("customer_id", flat=True).first()
    if customer_id is None:
        raise errors.NotFound(key=identity_id)
    if not how:
        how = "none"
    _check_proof(how)
    _lock(customer_id)
    _verify(actor, identity_id, how, now)
    propose_merges(actor, customer_ids=[customer_id], now=now)


def _lock(customer_id: int) -> None:
    change_alone()  # what is noted here may merge people, and locks go one way
    found = Customer.objects.select_for_update(no_key=True).filter(id=customer_id, erased_at=None)
    if not found.exists():
        raise errors.NotFound(key=customer_id)


def _check_proof(how: str) -> None:
    if how and how not in rules.PROOFS:
        message = _("Say how it was proved: %(ways)s.") % {"ways": ", ".join(rules.PROOFS)}
        raise errors.BadInput([{"field": "how", "code": "unknown", "message": message}])


def _add(actor: Actor, customer_id: int, kind: str, value: str, index: bytes) -> int:
    row: dict[str, Any] = {"customer_id": customer_id, "kind": kind, "index": index}
    row["sealed"] = personal.seal(open_key(customer_id), value)
    with connection.cursor() as cursor:
        cursor.execute(ADD, row)
        made = cursor.fetchone()
        is_shared = made is None
        if made is None:
            cursor.execute(ADD_SHARED, row)
            made = cursor.fetchone()
    if made is None:
        raise errors.Stale
    identity_id = int(made[0])
    added = IdentityAdded(customer_id=customer_id, identity_id=identity_id, what=kind, is_shared=is_shared)
    events.record(actor, [added])
    return identity_id


def _verify(actor: Actor, identity_id: int, how: str, now: datetime) -> None:
    facts = {"verified_at": now, "verified_how": how, "verified_by": actor.id}
    row = Identity.objects.get(id=identity_id)
    if Identity.objects.filter(id=identity_id, verified_at=None).update(**facts):
        proved = IdentityVerified(customer_id=row.customer_id, identity_id=identity_id, what=row.kind, how=how)
        events.record(actor, [proved])

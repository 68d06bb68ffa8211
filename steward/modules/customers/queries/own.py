"""What is kept of a person, in clear: for that person alone, once they have signed in. Source: CUS-6 (PIPL art. 45)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from steward.kernel import personal
from steward.modules.customers.models import Customer, Identity
from steward.modules.customers.rules.buyers import Address


class OwnIdentity(Struct, frozen=True):
    """One way they are known, as they gave it; `value` is empty where it was not kept."""

    kind: str
    value: str
    since: datetime
    proved_at: datetime | None


class OwnData(Struct, frozen=True, kw_only=True):
    """One of the buyers a person was found to be."""

    customer_id: int
    name: str
    phone: str
    email: str
    address: Address | None
    since: datetime
    identities: list[OwnIdentity]


def own_data(customer_ids: Collection[int]) -> list[OwnData]:
    """Open what is kept of a person, as each of the buyers they are; erased ones are left out. Two statements."""
    rows = Customer.objects.filter(id__in=customer_ids, erased_at=None).select_related("person_key").order_by("id")
    keys = own_keys(rows)
    known = Identity.objects.filter(customer_id__in=list(keys)).order_by("id")
    identities = [(one, _opened(keys[one.customer_id], one.sealed)) for one in known]
    return [
        OwnData(
            customer_id=row.id,
            since=row.created_at,
            identities=[
                OwnIdentity(one.kind, str(value or ""), one.created_at, one.verified_at)
                for one, value in identities
                if one.customer_id == row.id
            ],
            address=address_of(opened),
            **_profile(opened),
        )
        for row in rows
        if row.id in keys
        for opened in (_opened(keys[row.id], row.sealed),)
    ]


def address_of(profile: Any) -> Address | None:
    """Read the address kept in an opened profile; None where none is."""
    kept = (profile or {}).get("address")
    return msgspec.convert(kept, Address) if kept else None


def own_keys(rows: Iterable[Customer]) -> dict[int, bytes]:
    """Open the keys of buyers read together with them."""
    found = ((row.id, row.person_key) for row in rows)
    return {id_: personal.unwrap(key.wrapped, key.master_version) for id_, key in found if key.wrapped is not None}


def _profile(opened: Any) -> dict[str, str]:
    return {name: str((opened or {}).get(name) or "") for name in ("name", "phone", "email")}


def _opened(key: bytes, sealed: bytes | memoryview | None) -> Any:
    return personal.unseal(key, sealed) if sealed is not None else None

"""Who is signed in, and where a code has to go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import QuerySet
from msgspec import Struct

from steward.kernel import personal
from steward.kernel.models import PersonKey
from steward.modules.customers.models import Identity, SignInCode, Visit
from steward.modules.customers.queries.merged import families
from steward.modules.customers.rules.identities import PHONE
from steward.modules.customers.rules.sign_in import key_hash

STALE = timedelta(minutes=1)


class SignedIn(Struct, frozen=True, kw_only=True):
    """A customer who is signed in. `members` are all buyers they were found to be: what is theirs, is any of these's.

    `is_stale`: somebody should note that they are still there.
    """

    visit_id: int
    customer_id: int
    members: frozenset[int]
    ends_at: datetime
    is_stale: bool


class CodeAddress(Struct, frozen=True, kw_only=True):
    """Where a code goes, in clear, and in which language; for sending alone. One of `phone` and `email` is set."""

    phone: str = ""
    email: str = ""
    language: str = ""


def find_visit(key: str, *, now: datetime) -> SignedIn | None:
    """Find who is signed in by the key a browser holds; None where nobody is. Two statements."""
    return _signed_in(Visit.objects.filter(key_hash=key_hash(key)), now) if key else None


def find_visit_by_id(visit_id: int, *, now: datetime) -> SignedIn | None:
    """Find who is signed in by a visit that somebody else vouches for; None where it is over. Two statements."""
    return _signed_in(Visit.objects.filter(id=visit_id), now)


def visits_open(visit_ids: Collection[int], *, now: datetime) -> set[int]:
    """Tell which of these visits are not over. One statement; none where none is asked for."""
    if not visit_ids:
        return set()
    open_ = Visit.objects.filter(id__in=visit_ids, ends_at__gt=now, customer__erased_at=None)
    return set(open_.values_list("id", flat=True))


def _signed_in(rows: QuerySet[Visit], now: datetime) -> SignedIn | None:
    found = rows.filter(ends_at__gt=now, customer__erased_at=None)
    row = found.values_list("id", "customer_id", "ends_at", "seen_at").first()
    if row is None:
        return None
    visit_id, customer_id, ends_at, seen_at = row
    return SignedIn(
        visit_id=visit_id,
        customer_id=customer_id,
        members=frozenset(families([customer_id]).get(customer_id, [customer_id])),
        ends_at=ends_at,
        is_stale=seen_at < now - STALE,
    )


def code_addresses(code_ids: Collection[int]) -> dict[int, CodeAddress]:
    """Open where codes go: to what was typed, which only its holder's key reads. Three statements for all."""
    rows = list(SignInCode.objects.filter(id__in=code_ids, customer__isnull=False).select_related("customer"))
    held = Identity.objects.filter(customer_id__in={row.customer_id for row in rows}, sealed__isnull=False)
    sealed = {(one.customer_id, bytes(one.value_index)): one.sealed for one in held}
    keys = {
        key.id: personal.unwrap(key.wrapped, key.master_version)
        for key in PersonKey.objects.filter(id__in=[row.customer.person_key_id for row in rows if row.customer])
        if key.wrapped is not None
    }
    found = {}
    for row in rows:
        value = sealed.get((row.customer_id or 0, bytes(row.value_index)))
        key = keys.get(row.customer.person_key_id) if row.customer else None
        if value is None or key is None:
            continue
        clear = str(personal.unseal(key, value))
        found[row.id] = CodeAddress(
            phone=clear if row.kind == PHONE else "", email="" if row.kind == PHONE else clear, language=row.language
        )
    return found

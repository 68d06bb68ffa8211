"""Customers as lists and their own page show them: masked, one row for each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.kernel import personal
from steward.kernel.errors import NotFound
from steward.kernel.models import PersonKey
from steward.modules.customers.models import Customer, Identity, Merge
from steward.modules.customers.queries.merged import families
from steward.modules.customers.queries.own import address_of
from steward.modules.customers.rules.identities import EMAIL, PHONE, group_of

LONGEST_PAGE = 200


class CustomerRow(Struct, frozen=True, kw_only=True):
    """One buyer, masked. `member_ids` are all they were found to be, `kinds` the ways they are known together."""

    id: int
    name: str
    phone: str
    email: str
    address: str
    created_at: datetime
    erased_at: datetime | None
    simulated: bool
    survivor_id: int | None = None
    member_ids: list[int] = []
    kinds: list[str] = []


class IdentityView(Struct, frozen=True, kw_only=True):
    """One way somebody is known, masked. `finds` False: by this value another buyer is found.

    `elsewhere`: that one is none of those who were asked about together with this one.
    """

    id: int
    customer_id: int
    what: str
    value: str
    finds: bool
    elsewhere: bool
    created_at: datetime
    verified_at: datetime | None
    verified_how: str
    verified_by: str


class MergeView(Struct, frozen=True, kw_only=True):
    """One merge, in force as long as it has no `undone_at`."""

    id: int
    survivor_id: int
    merged_id: int
    members: list[int]
    rule: str
    reason: str
    merged_at: datetime
    merged_by: str
    undone_at: datetime | None
    undone_by: str
    undo_reason: str


class CustomerView(Struct, frozen=True, kw_only=True):
    """One person: who stands for them, all buyers they were found to be, how they are known, what was merged."""

    row: CustomerRow
    members: list[CustomerRow]
    identities: list[IdentityView]
    merges: list[MergeView]


def customers_page(
    *, ids: Collection[int] | None = None, before_id: int | None = None, limit: int = 50
) -> list[CustomerRow]:
    """List people, newest first: all of them, or those who are any of some buyers; each stands once."""
    found = Customer.objects.filter(survivor=None)
    if ids is not None:
        kin = families(ids)
        found = found.filter(id__in={member for members in kin.values() for member in members})
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    return customer_rows(found.order_by("-id")[: min(limit, LONGEST_PAGE)].values_list("id", flat=True))


def customer_rows(customer_ids: Iterable[int]) -> list[CustomerRow]:
    """Read buyers in the order given; a constant number of queries."""
    ids = list(customer_ids)
    kin = families(ids)
    rows = {row.id: row for row in Customer.objects.filter(id__in=ids).defer("name_index", "phone_tail_index")}
    keys = _keys(row.person_key_id for row in rows.values())
    kinds: dict[int, set[str]] = defaultdict(set)
    everybody = {member for members in kin.values() for member in members}
    for customer_id, kind in Identity.objects.filter(customer_id__in=everybody).values_list("customer_id", "kind"):
        kinds[customer_id].add(kind)
    return [_row(rows[id_], keys, kin[id_], kinds) for id_ in ids if id_ in rows]


def customer_view(customer_id: int) -> CustomerView:
    """Read one person, by whichever of their buyers. Raises: NotFound."""
    members = families([customer_id]).get(customer_id)
    if members is None:
        raise NotFound(key=customer_id)
    rows = customer_rows(members)
    first = next(row for row in rows if row.survivor_id is None)
    return CustomerView(
        row=first,
        members=[first, *(row for row in rows if row is not first)],
        identities=identities_of(members),
        merges=merges_of(members),
    )


def identities_of(customer_ids: Collection[int]) -> list[IdentityView]:
    """List the ways buyers are known, masked, in the order they came."""
    rows = list(Identity.objects.filter(customer_id__in=customer_ids).select_related("customer").order_by("id"))
    keys = _keys(row.customer.person_key_id for row in rows)
    own = {bytes(row.value_index) for row in rows if row.finds}
    return [
        IdentityView(
            id=row.id,
            customer_id=row.customer_id,
            what=row.kind,
            value=_masked(row.kind, _opened(row.sealed, keys.get(row.customer.person_key_id))),
            finds=row.finds,
            elsewhere=not row.finds and bytes(row.value_index) not in own,
            created_at=row.created_at,
            verified_at=row.verified_at,
            verified_how=row.verified_how,
            verified_by=row.verified_by,
        )
        for row in rows
    ]


def holder_of(identity_id: int) -> int:
    """Tell whom an identity belongs to. Raises: NotFound."""
    found = Identity.objects.filter(id=identity_id).values_list("customer_id", flat=True).first()
    if found is None:
        raise NotFound(key=identity_id)
    return found


def merge(merge_id: int) -> MergeView:
    """Read one merge. Raises: NotFound."""
    row = Merge.objects.filter(id=merge_id).values(*MergeView.__struct_fields__).first()
    if row is None:
        raise NotFound(key=merge_id)
    return MergeView(**row)


def merges_of(customer_ids: Collection[int]) -> list[MergeView]:
    """List merges that name any of these buyers, newest first, also those taken back."""
    named = Merge.objects.filter(survivor_id__in=customer_ids) | Merge.objects.filter(merged_id__in=customer_ids)
    return [MergeView(**row) for row in named.order_by("-id").values(*MergeView.__struct_fields__)]


def _keys(key_ids: Iterable[int]) -> dict[int, bytes]:
    """Open the keys of some people; those of the erased are left out."""
    rows = PersonKey.objects.filter(id__in=set(key_ids)).exclude(wrapped=None)
    opened = rows.values_list("id", "wrapped", "master_version")
    return {id_: personal.unwrap(wrapped, version) for id_, wrapped, version in opened}


def _row(row: Customer, keys: dict[int, bytes], members: list[int], kinds: dict[int, set[str]]) -> CustomerRow:
    profile = _opened(row.sealed, keys.get(row.person_key_id)) or {}
    name, phone, email = (str(profile.get(fact) or "") for fact in ("name", "phone", "email"))
    return CustomerRow(
        id=row.id,
        name=personal.masked_name(name),
        phone=personal.masked_phone(phone) if phone else "",
        email=personal.masked_email(email) if email else "",
        address=_masked_address(profile),
        created_at=row.created_at,
        erased_at=row.erased_at,
        simulated=row.simulated,
        survivor_id=row.survivor_id,
        member_ids=members,
        kinds=sorted({kind for member in members for kind in kinds.get(member, ())}),
    )


def _masked_address(profile: Any) -> str:
    """Show where somebody lives down to the district; the street is masked."""
    kept = address_of(profile)
    if kept is None:
        return ""
    parts = (kept.province, kept.city, kept.district, personal.masked_street(kept.street))
    return " ".join(part for part in dict.fromkeys(parts) if part)


def _opened(sealed: bytes | memoryview | None, key: bytes | None) -> Any:
    return personal.unseal(key, sealed) if sealed is not None and key is not None else None


def _masked(kind: str, value: Any) -> str:
    """Show as much of a value as a page may show; "" where it was not kept."""
    if not value:
        return ""
    text = str(value)
    if group_of(kind) == PHONE:
        return personal.masked_phone(text)
    if group_of(kind) == EMAIL:
        return personal.masked_email(text)
    return f"{text[:3]}***{text[-2:]}" if len(text) > 6 else f"{text[:1]}***"

"""Recognise the buyers of a batch, and make those who are new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from msgspec import Struct, structs

from steward.kernel import arrays, numbering, personal, sql
from steward.kernel.bundle import write
from steward.modules.customers.rules.buyers import Buyer

PACKAGE = "steward.modules.customers"
CUSTOMER_IDS = numbering.Pool("customers_customer_id_seq")
KEY_IDS = numbering.Pool("kernel_person_key_id_seq")


class Match(Struct):
    """A recognised buyer: the customer's id and the person's open data key."""

    customer_id: int
    key: bytes


class Known(Struct):
    """A way a buyer of the batch is known that is not written yet."""

    match: Match
    kind: str
    value: str
    index: bytes


class Fresh(Struct):
    """A customer to be made."""

    match: Match
    key_id: int
    wrapped: personal.WrappedKey
    buyer: Buyer
    simulated: bool


def match_customers(buyers: Sequence[Buyer | None], *, simulated: Sequence[bool]) -> list[Match | None]:
    """Recognise each buyer by the first identity that is known, or make a new customer; None stays None.

    A step of the caller's command, inside its transaction. Two buyers of one batch who share an identity are one.
    An identity that came later (an e-mail beside the phone) is added to the customer it was seen with; one that finds
    somebody else is noted as shared, for the rules of merging. Whoever was merged is recognised as before: their
    orders go on under their own key, and a merge that is taken back gives all of them back.
    Locks: unique identities, in value order; the loser of a race fails and is replayed by the caller.
    """
    indexes = [[personal.blind_index(*identity) for identity in buyer.identities] if buyer else [] for buyer in buyers]
    known = _find({index for own in indexes for index in own})
    written = set(known)
    matches: list[Match | None] = []
    fresh: list[Fresh] = []
    identities: list[Known] = []
    shared: list[Known] = []
    for buyer, own, drill in zip(buyers, indexes, simulated, strict=True):
        if buyer is None:
            matches.append(None)
            continue
        match = next((known[index] for index in own if index in known), None)
        if match is None:
            wrapped = personal.new_key()
            match = Match(CUSTOMER_IDS.take(), wrapped.key)
            fresh.append(Fresh(match, KEY_IDS.take(), wrapped, buyer, drill))
        for (kind, value), index in zip(buyer.identities, own, strict=True):
            holder = known.setdefault(index, match)
            if index not in written:
                written.add(index)
                identities.append(Known(match, kind, value, index))
            elif holder.customer_id != match.customer_id:
                shared.append(Known(match, kind, value, index))
        matches.append(match)
    _insert(fresh)
    _insert_identities("insert_identities", identities)
    _insert_identities("insert_shared_identities", shared)
    return matches


def _find(indexes: set[bytes]) -> dict[bytes, Match]:
    if not indexes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "find_identities"), {"indexes": arrays.octets(sorted(indexes))})
        rows: list[Any] = cursor.fetchall()
    opened: dict[int, Match] = {}
    for _, customer_id, wrapped, version in rows:
        if customer_id not in opened:
            opened[customer_id] = Match(customer_id, personal.unwrap(wrapped, version))
    return {bytes(index): opened[customer_id] for index, customer_id, _, _ in rows}


def _insert(fresh: Sequence[Fresh]) -> None:
    if not fresh:
        return
    profiles = [one.buyer.profile for one in fresh]
    key_ids = arrays.integers([one.key_id for one in fresh])
    keys = {
        "key_ids": key_ids,
        "wrapped": arrays.octets([one.wrapped.wrapped for one in fresh]),
        "versions": arrays.integers([one.wrapped.master_version for one in fresh]),
    }
    write(sql.load(PACKAGE, "insert_keys"), keys)
    customers = {
        "ids": arrays.integers([one.match.customer_id for one in fresh]),
        "key_ids": key_ids,
        "sealed": arrays.octets([personal.seal(one.match.key, structs.asdict(one.buyer.profile)) for one in fresh]),
        "names": arrays.texts([arrays.octets(personal.name_bigrams(profile.name)) for profile in profiles]),
        "tails": arrays.octets([_tail(profile.phone) for profile in profiles]),
        "simulated": arrays.flags([one.simulated for one in fresh]),
    }
    write(sql.load(PACKAGE, "insert_customers"), customers)


def _insert_identities(statement: str, identities: Sequence[Known]) -> None:
    if not identities:
        return
    columns = {
        "customer_ids": arrays.integers([one.match.customer_id for one in identities]),
        "kinds": arrays.texts([one.kind for one in identities]),
        "indexes": arrays.octets([one.index for one in identities]),
        "sealed": arrays.octets([personal.seal(one.match.key, one.value) for one in identities]),
    }
    write(sql.load(PACKAGE, statement), columns)


def _tail(phone: str) -> bytes | None:
    """Index the last four digits, which customers give when they call."""
    return personal.blind_index("tail", phone[-4:]) if len(phone) >= 4 else None


def open_key(customer_id: int) -> bytes:
    """Open a customer's data key, to read or seal what belongs to them.

    Raises: Erased when the key was destroyed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key.wrapped, key.master_version FROM kernel_person_key AS key "
            "JOIN customers_customer AS customer ON customer.person_key_id = key.id WHERE customer.id = %s",
            [customer_id],
        )
        return personal.unwrap(*cursor.fetchone())

"""Find what a batch repeats, and draw the ids of what is new, in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection
from msgspec import Struct, structs

from steward.kernel import arrays, sql
from steward.modules.orders.commands.intake import Prepared, Receipt

PACKAGE = "steward.modules.orders"


class Known(Struct):
    """An order that exists under the same shop and number."""

    order_id: int
    number: str
    state: str
    payload_hash: bytes


class Found(Struct):
    """What is known about one place of the batch: the reply given before, or the order that exists."""

    replay: Receipt | None = None
    known: Known | None = None


class Search(Struct):
    """The findings by place, and as many (order id, event id) as there are places."""

    by_place: list[Found]
    ids: list[tuple[int, int]]


def find_known(prepared: Sequence[Prepared]) -> Search:
    """Look up idempotency keys and external numbers of a batch."""
    found = [Found() for _one in prepared]
    if not prepared:
        return Search(found, [])
    keyed = [(place, one) for place, one in enumerate(prepared) if one.intake.idempotency_key]
    with connection.cursor() as ids, connection.cursor() as orders, connection.cursor() as keys:
        ids.execute(sql.load(PACKAGE, "draw_ids"), {"count": len(prepared)})
        orders.execute(
            sql.load(PACKAGE, "find_known"),
            {
                "shop_ids": arrays.integers([one.shop.id for one in prepared]),
                "externals": arrays.texts([one.intake.draft.external_number for one in prepared]),
            },
        )
        if keyed:
            keys.execute(
                sql.load(PACKAGE, "find_keys"),
                {
                    "owners": arrays.texts([one.actor.id for _place, one in keyed]),
                    "keys": arrays.texts([one.intake.idempotency_key for _place, one in keyed]),
                },
            )
        drawn = ids.fetchall()
        for place, id_, number, state, hash_ in orders.fetchall():
            found[place - 1].known = Known(id_, number, state, bytes(hash_))
        for row in keys.fetchall() if keyed else []:
            place, one = keyed[row[0] - 1]
            found[place].replay = _replay(one, row)
    return Search(found, drawn)


def _replay(one: Prepared, row: tuple[Any, ...]) -> Receipt:
    """Answer as before, or say that the key was used for something else."""
    if bytes(row[1]) != one.content_hash:
        return Receipt("conflict", code="idempotency_key_reused")
    return replayed(msgspec.json.decode(row[2], type=Receipt))


def replayed(receipt: Receipt) -> Receipt:
    """Mark a receipt as given before."""
    return structs.replace(receipt, replayed=True)

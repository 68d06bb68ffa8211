"""Find what a batch repeats, and draw the ids of what is new, in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct, structs

from steward.kernel import arrays, parameters, sql
from steward.modules.orders.commands.intake import Prepared, Receipt

PACKAGE = "steward.modules.orders"
LOOKALIKE_S = parameters.define(
    "orders.lookalike_window_s", 600, unit="s", label=_("Orders this close together may be the same"), minimum=0
)


class Known(Struct):
    """An order that exists under the same shop and number."""

    order_id: int
    number: str
    state: str
    payload_hash: bytes


class Found(Struct):
    """What is known about one place of the batch, and the ids it gets when it is new.

    `replay` is the reply given before, `known` the order that exists, `lookalike` the number of a similar order.
    """

    order_id: int
    event_id: int
    replay: Receipt | None = None
    known: Known | None = None
    lookalike: str | None = None


def find_known(prepared: Sequence[Prepared]) -> list[Found]:
    """Look up external numbers, idempotency keys and similar orders of a batch, and draw ids, in one statement."""
    if not prepared:
        return []
    asks = [one.checked.phone and not one.intake.historic for one in prepared]
    columns: dict[str, Any] = {
        "shop_ids": arrays.integers([one.shop.id for one in prepared]),
        "externals": arrays.texts([one.intake.draft.external_number for one in prepared]),
        "owners": arrays.texts([one.actor.id for one in prepared]),
        "keys": arrays.texts([one.intake.idempotency_key for one in prepared]),
        "phones": arrays.octets([one.phone_index if ask else None for one, ask in zip(prepared, asks, strict=True)]),
        "totals": arrays.integers([one.checked.total_minor for one in prepared]),
        "placed": arrays.instants([one.intake.draft.placed_at for one in prepared]),
        "window": timedelta(seconds=parameters.value(LOOKALIKE_S)),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "find_known"), columns)
        return [_found(one, row) for one, row in zip(prepared, cursor.fetchall(), strict=True)]


def _found(one: Prepared, row: tuple[Any, ...]) -> Found:
    found = Found(row[0], row[1], lookalike=row[8])
    if row[2] is not None:
        found.known = Known(row[2], row[3], row[4], bytes(row[5]))
    if row[6] is not None:
        found.replay = _replay(one, row[6], row[7])
    return found


def _replay(one: Prepared, request_hash: bytes, reply: str) -> Receipt:
    """Answer as before, or say that the key was used for something else."""
    if bytes(request_hash) != one.content_hash:
        return Receipt("conflict", code="idempotency_key_reused")
    return replayed(msgspec.json.decode(reply, type=Receipt))


def replayed(receipt: Receipt) -> Receipt:
    """Mark a receipt as given before."""
    return structs.replace(receipt, replayed=True)

"""Open what screening compares: recipient and origin, sealed under the buyer's key, as canonical values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, personal, sql
from steward.modules.customers.queries import reading
from steward.modules.orders.rules import screening_signals as signals
from steward.modules.orders.rules.drafts import OriginDraft, RecipientDraft

PACKAGE = "steward.modules.orders"


class Opened(Struct, frozen=True):
    """An order's signals in clear, by kind, for as long as they are being indexed; nothing of this is kept.

    `customer_id` is who stands for the order's buyer, so that one person's orders meet however they came in.
    """

    order_id: int
    customer_id: int | None
    placed_at: datetime
    values: dict[str, str]
    registered_at: datetime | None = None


def opened(order_ids: Sequence[int], *, again: bool = True) -> list[Opened]:
    """Open the orders' signals; `again` False leaves out orders whose signals are written already.

    What belongs to an erased person cannot be opened and yields nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "screening_sealed"), {"ids": arrays.integers(sorted(set(order_ids))), "again": again}
        )
        return [_opened(*row) for row in cursor.fetchall()]


def _opened(
    order_id: int,
    customer_id: int | None,
    placed_at: datetime,
    country: str,
    district_code: str,
    sealed: bytes | None,
    wrapped: bytes | None,
    master_version: int | None,
) -> Opened:
    if customer_id is None or wrapped is None or master_version is None:
        return Opened(order_id, customer_id, placed_at, {})
    fields: dict[str, Any] = {}
    if sealed is not None:
        fields = personal.unseal(personal.unwrap(wrapped, master_version), sealed)
    to = msgspec.convert(fields.get("recipient") or {}, RecipientDraft, strict=False)
    origin = msgspec.convert(fields.get("origin") or {}, OriginDraft, strict=False)
    values = {
        "customer": str(customer_id),
        "phone": phone(to.phone, to.country),
        "address": address(to, country, district_code),
        "device": signals.canonical_id(origin.device_id),
        "payment_account": signals.canonical_id(origin.payment_account),
        "ip": signals.canonical_ip(origin.ip),
    }
    return Opened(
        order_id,
        customer_id,
        placed_at,
        {kind: value for kind, value in values.items() if value},
        origin.registered_at,
    )


def phone(raw: str, country: str) -> str:
    """Bring a phone to E.164; "" for what cannot be read."""
    return reading.read_phone(raw, country).e164 or "" if raw else ""


def address(to: RecipientDraft, country: str, district_code: str) -> str:
    """Bring an address to its canonical value; "" where it says too little to tell one house from another."""
    if country != "CN":
        return signals.canonical_address(country, "", to.street, to.postcode)
    found = reading.read_address(to.province, to.city, to.district, to.street)
    street = (found.town or "") + found.detail if found.detail else to.street
    return signals.canonical_address(country, district_code or found.district_code or "", street)


def indexes(kind: str, value: str) -> list[tuple[int, bytes]]:
    """Index a canonical value under every index key in use, as (version, index), the newest key first."""
    return [
        (version, personal.blind_index(f"signal:{kind}", value, version=version))
        for version in sorted(settings.INDEX_KEYS, reverse=True)
    ]


def masked(kind: str, value: str) -> str:
    """Show as much of a value as a list may show."""
    if kind == "phone":
        return personal.masked_phone(value)
    if kind == "address":
        return personal.masked_street(value)
    if kind == "customer":
        return f"#{value}"
    return signals.shortened(signals.MASKS[kind], value)

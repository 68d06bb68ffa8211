"""Open sealed personal data just far enough to show it masked."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from steward.kernel import personal
from steward.modules.orders.models import Order


class MaskedPerson(Struct, frozen=True):
    """A person as everybody who may see the order sees them. Province to district are plain, the rest is masked."""

    name: str = ""
    phone: str = ""
    email: str = ""
    region: str = ""
    street: str = ""
    has_note: bool = False
    erased: bool = False


def masked_person(order: Order) -> MaskedPerson:
    """Open recipient and buyer of an order and mask them; `customer__person_key` must have been selected with it."""
    customer = order.customer
    if customer is None:
        return MaskedPerson(region=order.province)
    if customer.erased_at or customer.person_key.wrapped is None:
        return MaskedPerson(region=order.province, erased=True)
    key = personal.unwrap(customer.person_key.wrapped, customer.person_key.master_version)
    sealed: dict[str, Any] = personal.unseal(key, order.sealed) if order.sealed else {}
    buyer: dict[str, Any] = personal.unseal(key, customer.sealed) if customer.sealed else {}
    recipient: dict[str, Any] = sealed.get("recipient") or {}
    region = [str(recipient.get(part) or "") for part in ("province", "city", "district")]
    return MaskedPerson(
        name=personal.masked_name(_first(recipient, buyer, "name")),
        phone=_masked(_first(recipient, buyer, "phone")),
        email=personal.masked_email(str(buyer["email"])) if buyer.get("email") else "",
        region=" ".join(dict.fromkeys(part for part in region if part)) or order.province,
        street=personal.masked_street(str(recipient.get("street") or "")),
        has_note=bool(sealed.get("note")),
    )


def _first(recipient: dict[str, Any], buyer: dict[str, Any], field: str) -> str:
    return str(recipient.get(field) or buyer.get(field) or "")


def _masked(phone: str) -> str:
    return personal.masked_phone(phone) if phone else ""

"""Open sealed personal data just far enough to show it masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from steward.kernel import personal
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.rules.personal_fields import Mask, masked_facts, masked_suggestion

MASKS: Mapping[str, Mask] = {
    "name": personal.masked_name,
    "phone": personal.masked_phone,
    "email": personal.masked_email,
    "": personal.masked_street,
}


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
    key = person_key(order)
    assert key is not None
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


def person_key(order: Order) -> bytes | None:
    """Open the key of whom an order is about; None for nobody and for who was erased."""
    customer = order.customer
    if customer is None or customer.person_key.wrapped is None:
        return None
    return personal.unwrap(customer.person_key.wrapped, customer.person_key.master_version)


def masked_finding(finding: OrderFinding, key: bytes | None) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Open what a finding says and mask what is personal in it: its facts and its suggestion."""
    params, suggestion = clear_finding(finding, key)
    return (
        masked_facts(finding.field, params, MASKS),
        masked_suggestion(suggestion, MASKS) if suggestion else None,
    )


def clear_finding(finding: OrderFinding, key: bytes | None) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Open what a finding says; of an erased person nothing is left."""
    if not finding.sealed:
        return finding.params, finding.suggestion
    if key is None:
        return {}, None
    opened = personal.unseal(key, finding.sealed)
    return opened["params"], opened["suggestion"]


def _first(recipient: dict[str, Any], buyer: dict[str, Any], field: str) -> str:
    return str(recipient.get(field) or buyer.get(field) or "")


def _masked(phone: str) -> str:
    return personal.masked_phone(phone) if phone else ""

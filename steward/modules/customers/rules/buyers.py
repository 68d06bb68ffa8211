"""Who a draft's buyer is: the ways to recognise them, and what is kept of them."""

from __future__ import annotations

from msgspec import Struct


class Address(Struct, frozen=True, omit_defaults=True):
    """Where somebody's parcels go unless an order says otherwise; `country` is its ISO code."""

    country: str = "CN"
    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    postcode: str = ""


class Profile(Struct, omit_defaults=True):
    """What is kept of a buyer, sealed with their own key. `phone` in E.164 where it could be read."""

    name: str = ""
    phone: str = ""
    email: str = ""


class Buyer(Struct):
    """A buyer to recognise: `identities` are (kind, canonical value), the most certain first."""

    identities: list[tuple[str, str]]
    profile: Profile


def buyer_of(
    *, shop_code: str, external_id: str, name: str, phone: str, email: str, recipient_name: str, recipient_phone: str
) -> Buyer | None:
    """Name the ways to recognise a buyer: the shop's id of them, then phone, then e-mail.

    Where the source names no buyer, the recipient is taken for it. None when nothing personal is known.
    """
    identities = []
    if external_id:
        identities.append((f"shop:{shop_code}", external_id))
    if phone:
        identities.append(("phone", phone))
    if email:
        identities.append(("email", email.strip().lower()))
    if not identities and recipient_phone:
        identities.append(("phone", recipient_phone))
    profile = Profile(name=name or recipient_name, phone=phone or recipient_phone, email=email)
    if not identities and not (profile.name or profile.phone):
        return None
    return Buyer(identities, profile)

"""An order as it comes in, before it is one: the shape every source is brought to.

The same structs decode the API's JSON, so a field here is a field there.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

NOT_SUPPLIED_FIELDS = frozenset(
    {"goods", "buyer", "recipient_name", "phone", "address", "district", "payment", "placed_at", "prices"}
)

Priority = Literal["low", "normal", "urgent"]
AdjustmentKind = Literal["coupon", "promotion", "points", "gift_card", "free_shipping", "points_earned"]
Code = Annotated[str, Meta(min_length=1, max_length=80)]
Text = Annotated[str, Meta(max_length=200)]
Long = Annotated[str, Meta(max_length=1000)]
Minor = Annotated[int, Meta(ge=0, le=10**15)]


class LineDraft(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One line: `sku` may be missing only where the source never names goods. Units: minor currency units."""

    sku: Annotated[str, Meta(max_length=64)] = ""
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    unit_price_minor: Minor = 0
    discount_minor: Minor = 0
    title: Text = ""


class BuyerDraft(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Who bought: at least one of `external_id` (the shop's id of the buyer), `phone`, `email` identifies them."""

    external_id: Text = ""
    name: Text = ""
    phone: Text = ""
    email: Text = ""


class RecipientDraft(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where the parcel goes. `street` may hold the whole address as one text."""

    name: Text = ""
    phone: Text = ""
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] = "CN"
    province: Text = ""
    city: Text = ""
    district: Text = ""
    street: Long = ""
    postcode: Annotated[str, Meta(max_length=20)] = ""


class PaymentDraft(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A payment or refund the source reports. `transaction` is unique per provider."""

    transaction: Code
    amount_minor: Annotated[int, Meta(gt=0, le=10**15)]
    paid_at: Annotated[datetime, Meta(tz=True)]
    provider: Annotated[str, Meta(max_length=40)] = ""
    method: Annotated[str, Meta(max_length=40)] = ""


class AdjustmentDraft(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What made the order cheaper, and its terms, so that a refund can be computed. Units: minor currency units.

    coupon, promotion: `amount_minor` of the order's discount, granted from goods for `threshold_minor` on. points,
    gift_card: `amount_minor` of the discount that was paid with `points`, or with the card `code`. free_shipping: the
    freight that was waived. points_earned: `points` that come with the purchase. `lines`: the positions it is for, from
    1; none: all. `back`: the coupon itself is given back once nothing is bought with it.
    """

    kind: AdjustmentKind
    code: Annotated[str, Meta(max_length=80)] = ""
    amount_minor: Minor = 0
    threshold_minor: Minor = 0
    points: Annotated[int, Meta(ge=0, le=10**9)] = 0
    lines: Annotated[list[Annotated[int, Meta(ge=1, le=5000)]], Meta(max_length=5000)] = msgspec.field(
        default_factory=list
    )
    back: bool = False


class OriginDraft(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What the shop knows of where an order came from; screening compares it with other orders. Kept sealed.

    `payment_account` is the payer's account or a card's fingerprint as the shop names it, never a card number.
    """

    device_id: Annotated[str, Meta(max_length=120)] = ""
    ip: Annotated[str, Meta(max_length=45)] = ""
    payment_account: Annotated[str, Meta(max_length=120)] = ""
    registered_at: Annotated[datetime, Meta(tz=True)] | None = None


class OrderDraft(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One order as a source gives it. `total_minor` None: computed from lines, shipping and discount.

    `not_supplied` names what the source never carries (see NOT_SUPPLIED_FIELDS): found, but no error.
    `delivery_due_at`: until when the shop promised it to arrive. `adjustments` tell what its discount consists of.
    """

    shop: Code
    external_number: Code
    placed_at: Annotated[datetime, Meta(tz=True)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    lines: Annotated[list[LineDraft], Meta(min_length=1, max_length=5000)]
    buyer: BuyerDraft = msgspec.field(default_factory=BuyerDraft)
    recipient: RecipientDraft = msgspec.field(default_factory=RecipientDraft)
    shipping_minor: Minor = 0
    discount_minor: Minor = 0
    total_minor: Minor | None = None
    payments: list[PaymentDraft] = msgspec.field(default_factory=list)
    refunds: list[PaymentDraft] = msgspec.field(default_factory=list)
    note: Long = ""
    not_supplied: list[str] = msgspec.field(default_factory=list)
    origin: OriginDraft | None = None
    priority: Priority = "normal"
    delivery_due_at: Annotated[datetime, Meta(tz=True)] | None = None
    adjustments: Annotated[list[AdjustmentDraft], Meta(max_length=50)] = msgspec.field(default_factory=list)


_encoder = msgspec.json.Encoder(order="deterministic")
# The character U+0000 as JSON writes it, told from a backslash that happens to stand before "u0000".
ESCAPED_ZERO = rb"\u0000"
ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
FIRST_YEAR, LAST_YEAR = 1970, 2200


def canonical(draft: OrderDraft) -> bytes:
    """Write the whole content as canonical JSON, defaults left out: the same order is the same bytes."""
    return _encoder.encode(draft)


def unstorable(draft: OrderDraft, content: bytes) -> tuple[str, str] | None:
    """Name what no database keeps, as (field, code): a time out of the calendar, the character U+0000; or None.

    `content` is the draft's canonical JSON.
    """
    reported = (("payments", draft.payments), ("refunds", draft.refunds))
    times = [("placed_at", draft.placed_at)]
    times += [(f"{name}.{n}.paid_at", one.paid_at) for name, entries in reported for n, one in enumerate(entries)]
    if draft.origin and draft.origin.registered_at:
        times.append(("origin.registered_at", draft.origin.registered_at))
    if draft.delivery_due_at:
        times.append(("delivery_due_at", draft.delivery_due_at))
    for field, at in times:
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            return field, "time_out_of_range"
    # Finding the plain escape first spares nearly every order the regular expression.
    return ("", "zero_character") if ESCAPED_ZERO in content and ZERO.search(content) else None


def payload_hash(content: bytes) -> bytes:
    """Hash the canonical JSON, so that the same order sent again is told from another under the same number.

    Units: 32 bytes (SHA-256).
    """
    return hashlib.sha256(content).digest()

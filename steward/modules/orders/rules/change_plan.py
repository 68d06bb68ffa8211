"""The facts a change was computed from, what somebody wants, and what the preview says of it.

The hash of the facts is the version a change is confirmed against: whatever moved since refuses it. Source: ORD-9.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from steward.modules.orders.rules.adjusting import Adjustment
from steward.modules.orders.rules.change_effects import Amounts, Line, Share
from steward.modules.orders.rules.changes import Kind, Looks

MOST = 1_000_000
Pieces = Annotated[int, Meta(ge=0, le=MOST)]
Minor = Annotated[int, Meta(ge=0, le=10**15)]


class LineWish(Struct, frozen=True, kw_only=True):
    """How many pieces somebody wants of a line, or of an SKU that has no line yet (then `line_id` is 0).

    Without a price a new line costs what the catalogue says. Units: minor units of the order's currency.
    """

    line_id: int = 0
    sku: Annotated[str, Meta(max_length=64)] = ""
    quantity: Pieces = 0
    unit_price_minor: Minor | None = None


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody wants of an order; each kind of change reads its own parts.

    address: `recipient` (fields and their new values) · lines, cancel_lines: `lines`, `shipping_minor` · service:
    `service` · cancel: `cause` · split: `shares` · merge: `other_number` · unmerge: `undoes`. `card`: the
    gift card that pays at once what a change of lines asks for, or with means the whole order.
    """

    kind: Kind
    reason: Annotated[str, Meta(max_length=200)] = ""
    recipient: dict[str, str] = {}
    lines: list[LineWish] = []
    shipping_minor: Minor | None = None
    service: Annotated[str, Meta(max_length=80)] = ""
    cause: str = ""
    shares: list[Share] = []
    other_number: Annotated[str, Meta(max_length=40)] = ""
    undoes: int = 0
    card: Annotated[str, Meta(max_length=40)] = ""


class Facts(Struct, frozen=True, kw_only=True):
    """An order as a change sees it; `address` is a mark that tells one address from another and says nothing else.

    Units: minor currency units; money as the ledger has it.
    """

    order_id: int
    number: str
    state: str
    payment_state: str
    fulfilment_state: str
    currency: str
    lines: tuple[Line, ...]
    shipping_minor: int
    discount_minor: int
    total_minor: int
    paid_minor: int
    refunded_minor: int
    claimed_minor: int
    address: str
    service: str
    looks: Looks
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def held_minor(self) -> int:
        """Return what was paid and is neither given back nor promised back."""
        return self.paid_minor - self.refunded_minor - self.claimed_minor

    @property
    def amounts(self) -> Amounts:
        """Return lines and amounts."""
        return Amounts(
            lines=self.lines,
            shipping_minor=self.shipping_minor,
            discount_minor=self.discount_minor,
            total_minor=self.total_minor,
            adjustments=self.adjustments,
        )


def version(facts: Sequence[Facts]) -> str:
    """Hash facts: the same facts are the same version, whoever reads them and when. Units: 64 hexadecimal digits."""
    return hashlib.sha256(msgspec.json.encode(list(facts))).hexdigest()


class LineEffect(Struct, frozen=True, kw_only=True):
    """One line before and after. Units: pieces still wanted, minor currency units."""

    sku: str
    name: str
    before: int
    after: int
    unit_price_minor: int


class StockEffect(Struct, frozen=True, kw_only=True):
    """What the promise of one item becomes. Units: pieces; `missing` cannot be promised."""

    sku: str
    name: str
    before: int
    after: int
    missing: int = 0


class OtherEffect(Struct, frozen=True, kw_only=True):
    """What becomes of the other order, which has no number yet where a split makes it. Units: minor currency units."""

    number: str
    total_minor: int
    money_minor: int
    lines: list[LineEffect]
    missing: list[StockEffect] = []


class Effects(Struct, frozen=True, kw_only=True):
    """What a change would do. Units: minor currency units.

    `open_before_minor` and `open_after_minor` are what is still to be paid; `refund_minor` goes back. `checked_again`:
    checks, screening and a second person look at it anew. `set_aside_again`: goods that are set aside are given back,
    and shipments that were planned are planned anew.
    """

    kind: Kind
    total_before_minor: int
    total_after_minor: int
    open_before_minor: int
    open_after_minor: int
    refund_minor: int = 0
    lines: list[LineEffect] = []
    stock: list[StockEffect] = []
    other: OtherEffect | None = None
    checked_again: bool = False
    audited_again: bool = False
    set_aside_again: bool = False
    fields: list[str] = []
    service_before: str = ""
    service_after: str = ""

    @property
    def asked_minor(self) -> int:
        """Return what the buyer is asked to pay beyond what was open before."""
        return max(0, self.open_after_minor - self.open_before_minor)

    @property
    def is_short(self) -> bool:
        """Tell whether goods are missing that are there now."""
        return any(one.missing for one in self.stock) or bool(self.other and self.other.missing)

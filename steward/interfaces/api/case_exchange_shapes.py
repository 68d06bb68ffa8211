"""What the API takes and gives of exchanges: previews, choices. Units: pieces, minor units of the named currency."""

from typing import Literal

from ninja import Field, Schema

from steward.interfaces.api.case_shapes import CaseLineInput
from steward.interfaces.api.schemas import Code, Input


class ExchangePreviewInput(Input):
    """What would be exchanged, or sent again, of an order, and why."""

    order: Code
    kind: Literal["exchange", "reship"] = "exchange"
    reason: Code
    lines: list[CaseLineInput] = Field(min_length=1, max_length=500)


class ExchangeSent(Schema):
    """What would be sent: so many pieces may still be promised, out of these warehouses."""

    sku: str
    name: str
    quantity: int
    price_minor: int
    free: int
    warehouses: list[str]


class ExchangePreview(Schema):
    """What an exchange would mean; nothing was written. `is_there`: all of it can be promised now."""

    currency: str
    sent: list[ExchangeSent]
    worth_minor: int
    shipping_minor: int
    total_minor: int
    to_pay_minor: int
    to_give_back_minor: int
    is_there: bool


class ReplacementInput(Input):
    """What is wanted in the place of pieces of lines, by position; those not named come again."""

    lines: list[CaseLineInput] = Field(max_length=500)

"""Where an order stands when it comes in, from what was found, what was paid and whether its goods are promised."""

from __future__ import annotations

from msgspec import Struct

SETTLED = ("paid", "overpaid", "partly_refunded")
OWING = ("unpaid", "partly_paid")


class Standing(Struct, frozen=True):
    """The three axes and, for a cancelled order, the cause."""

    state: str
    payment_state: str
    fulfilment_state: str
    cancel_cause: str = ""


def is_settled(state: str) -> bool:
    """Tell whether the payment axis lets an order go on to its audit."""
    return state in SETTLED


def standing_at_intake(
    *, clean: bool, payment: str, short: bool, stocked: bool, historic: bool, payment_known: bool
) -> Standing:
    """Place a new order. Past orders are only analysed: they hold no goods and wait for nobody.

    Money that came back whole before we began ends the order at once.
    """
    if payment == "refunded":
        return Standing("cancelled", payment, "none", "refunded_at_source")
    if historic:
        return Standing("completed" if is_settled(payment) or not payment_known else "checked", payment, "none")
    fulfilment = ("short" if short else "promised") if stocked else "none"
    if not clean or short:
        return Standing("received", payment, fulfilment)
    return Standing("audit" if is_settled(payment) else "checked", payment, fulfilment)

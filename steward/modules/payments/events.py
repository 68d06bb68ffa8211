"""What payments announce."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import Event


class PaymentRecorded(Event, frozen=True, kw_only=True):
    """Money moved for an order: a new entry of the ledger. Units: minor units of the entry's own currency."""

    KIND = "payments.payment_recorded"
    SUBJECT = "order"
    order_id: int
    entry_id: int
    direction: str
    provider: str
    transaction: str
    amount_minor: int
    currency: str
    happened_at: datetime


class MoneyMoved(Event, frozen=True, kw_only=True):
    """Money of one order counts for another now (a split or a merge); told of both, negative where it went from.

    Units: minor currency units.
    """

    KIND = "payments.money_moved"
    SUBJECT = "order"
    order_id: int
    other_order_id: int
    other_number: str
    amount_minor: int
    currency: str


class PaymentMismatched(Event, frozen=True, kw_only=True):
    """A provider reported money that is not what the order expects; it is in the ledger and needs a look.

    `reason` is currency_differs, amount_below_open, amount_above_open or refund_above_paid.
    """

    KIND = "payments.payment_mismatched"
    SUBJECT = "order"
    order_id: int
    entry_id: int
    reason: str
    amount_minor: int
    currency: str
    expected_minor: int
    expected_currency: str


class ProviderRegistered(Event, frozen=True, kw_only=True):
    """A payment provider may call back from now on, or its secret was replaced."""

    KIND = "payments.provider_registered"
    SUBJECT = "provider"
    provider_id: int
    code: str
    name: str
    replaced: bool
    shops: list[str] = []


class ProviderConnected(Event, frozen=True, kw_only=True):
    """A provider can be reached for refunds and statements from now on; without a connector no longer."""

    KIND = "payments.provider_connected"
    SUBJECT = "provider"
    provider_id: int
    connector: str
    address: str


class ProviderPaused(Event, frozen=True, kw_only=True):
    """Several calls in a row found a provider not working; it is left alone until a probe is answered."""

    KIND = "payments.provider_paused"
    SUBJECT = "provider"
    provider_id: int
    code: str


class ProviderResumed(Event, frozen=True, kw_only=True):
    """A provider that did not work since `since` answers again; so many refunds had waited for it longer than due."""

    KIND = "payments.provider_resumed"
    SUBJECT = "provider"
    provider_id: int
    code: str
    since: datetime
    released: int


class CallbackMatched(Event, frozen=True, kw_only=True):
    """A callback that had come before its order was applied when the order came in."""

    KIND = "payments.callback_matched"
    SUBJECT = "order"
    order_id: int
    callback_id: int
    provider: str
    outcome: str
    reason: str


class RefundRequested(Event, frozen=True, kw_only=True):
    """Money is to go back. `approval` is not_needed or awaiting; `numbers` are the refunds, one per payment.

    Units: minor currency units.
    """

    KIND = "payments.refund_requested"
    SUBJECT = "order"
    order_id: int
    request_id: int
    amount_minor: int
    currency: str
    cause: str
    reason: str
    approval: str
    numbers: list[str]


class RefundDecided(Event, frozen=True, kw_only=True):
    """A second person agreed to a refund or refused it: `decision` is approved or refused."""

    KIND = "payments.refund_decided"
    SUBJECT = "order"
    order_id: int
    request_id: int
    decision: str
    note: str


class RefundPaid(Event, frozen=True, kw_only=True):
    """Money went back to the customer; it is in the ledger. Units: minor currency units."""

    KIND = "payments.refund_paid"
    SUBJECT = "order"
    order_id: int
    refund_id: int
    number: str
    entry_id: int
    amount_minor: int
    currency: str


class RefundFailed(Event, frozen=True, kw_only=True):
    """A refund will not be carried out: the provider refused it, or nothing is left to refund. Needs a person."""

    KIND = "payments.refund_failed"
    SUBJECT = "order"
    order_id: int
    refund_id: int
    number: str
    amount_minor: int
    currency: str
    reason: str


class RefundWithdrawn(Event, frozen=True, kw_only=True):
    """A refund was called off before it was sent, or nobody decided about it in time (reason `approval_lapsed`)."""

    KIND = "payments.refund_withdrawn"
    SUBJECT = "order"
    order_id: int
    refund_id: int
    number: str
    reason: str


class RefundDisputed(Event, frozen=True, kw_only=True):
    """The provider reports another amount than was asked for; nothing more goes out until a person has looked."""

    KIND = "payments.refund_disputed"
    SUBJECT = "order"
    order_id: int
    refund_id: int
    number: str
    amount_minor: int
    currency: str
    stated_minor: int
    stated_currency: str


class RefundStuck(Event, frozen=True, kw_only=True):
    """A refund has been on its way for longer than it should be; announced once. Units: minor currency units."""

    KIND = "payments.refund_stuck"
    SUBJECT = "order"
    order_id: int
    refund_id: int
    number: str
    state: str
    since: datetime
    amount_minor: int = 0
    currency: str = ""


class StatementCompared(Event, frozen=True, kw_only=True):
    """A provider's statement was compared with the ledger."""

    KIND = "payments.statement_compared"
    SUBJECT = "statement"
    statement_id: int
    provider: str
    matched: int
    differences: int


class DifferenceSettled(Event, frozen=True, kw_only=True):
    """Somebody worked a difference between statement and ledger, with a reason."""

    KIND = "payments.difference_settled"
    SUBJECT = "difference"
    difference_id: int
    outcome: str
    reason: str


class ChargeAnswered(Event, frozen=True, kw_only=True):
    """The provider said what it knows of a payment over which its statement differs. Units: minor currency units."""

    KIND = "payments.charge_answered"
    SUBJECT = "difference"
    difference_id: int
    provider: str
    transaction: str
    answer: str
    amount_minor: int
    currency: str


class WalletMoved(Event, frozen=True, kw_only=True):
    """Points or credit were given (above 0) or taken (below). Units: points, or minor units of `currency`."""

    KIND = "payments.wallet_moved"
    SUBJECT = "account"
    account_id: int
    customer_id: int | None
    kind: str
    amount: int
    currency: str
    cause: str
    number: str
    reference: str


class CouponIssued(Event, frozen=True, kw_only=True):
    """A customer was given a coupon."""

    KIND = "payments.coupon_issued"
    SUBJECT = "coupon"
    coupon_id: int
    customer_id: int
    cause: str
    number: str
    reference: str


class CouponMoved(Event, frozen=True, kw_only=True):
    """A coupon was used, given back, withdrawn, or lapsed. Units: minor currency units."""

    KIND = "payments.coupon_moved"
    SUBJECT = "coupon"
    coupon_id: int
    customer_id: int
    after: str
    saved_minor: int = 0
    reference: str = ""


class HandoverAsked(Event, frozen=True, kw_only=True):
    """A shop that keeps its own books has to give or take something there. Units: points or minor units, signed."""

    KIND = "payments.handover_asked"
    SUBJECT = "handover"
    handover_id: int
    shop: str
    kind: str
    amount: int
    currency: str
    cause: str
    number: str
    external_number: str
    reference: str


class HandoverSettled(Event, frozen=True, kw_only=True):
    """A shop, or a person for it, said that something was handed over, or that it will not be."""

    KIND = "payments.handover_settled"
    SUBJECT = "handover"
    handover_id: int
    shop: str
    state: str
    reference: str
    outside_reference: str
    why: str


class WalletDiffered(Event, frozen=True, kw_only=True):
    """The reconciler found a balance that is not what its entries sum to. Units: points or minor units."""

    KIND = "payments.wallet_differed"
    SUBJECT = "account"
    account_id: int
    balance: int
    entries: int
    lots: int

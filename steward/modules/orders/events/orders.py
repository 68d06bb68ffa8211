"""What orders announce of their life: intake, checks, money, screening, exceptions, audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from steward.kernel.events import Event


class OrderReceived(Event, frozen=True, kw_only=True):
    """An order was taken in, checked and, where possible, promised its goods."""

    KIND = "orders.order_received"
    SUBJECT = "order"
    order_id: int
    number: str
    shop: str
    external_number: str
    state: str
    total_minor: int
    currency: str
    source: str
    historic: bool = False


class OrderStateChanged(Event, frozen=True, kw_only=True):
    """An order moved on; `verb` says by which transition, `reason` why where a person gave one."""

    KIND = "orders.order_state_changed"
    SUBJECT = "order"
    order_id: int
    verb: str
    before: str
    after: str
    reason: str = ""


class OrderApproved(Event, frozen=True, kw_only=True):
    """An order passed its audit: from here on it may be allocated and shipped.

    `over_credit` says why, where somebody let its buyer owe more than their terms allow.
    """

    KIND = "orders.order_approved"
    SUBJECT = "order"
    order_id: int
    automatic: bool
    over_credit: str = ""


class OrderReplaced(Event, frozen=True, kw_only=True):
    """Goods of an order are sent anew, or others in their place; `verb` says how far the replacement has got.

    open: it was made and its goods promised. shrink: some of it is not sent after all. let_go: it goes its way.
    charge: the goods that should pay for it did not come. Units: minor currency units.
    """

    KIND = "orders.order_replaced"
    SUBJECT = "order"
    order_id: int
    replaces_id: int
    replaces_number: str
    verb: str
    total_minor: int
    credit_minor: int
    currency: str


class OrderCancelled(Event, frozen=True, kw_only=True):
    """An order was called off; its promises were given back."""

    KIND = "orders.order_cancelled"
    SUBJECT = "order"
    order_id: int
    cause: str
    reason: str = ""
    paid_minor: int = 0


class OrderPaymentChanged(Event, frozen=True, kw_only=True):
    """The order's payment state follows its ledger."""

    KIND = "orders.order_payment_changed"
    SUBJECT = "order"
    order_id: int
    before: str
    after: str
    paid_minor: int
    refunded_minor: int


class OrderFulfilmentChanged(Event, frozen=True, kw_only=True):
    """The order's goods were set aside, handed over in part or whole, or delivered."""

    KIND = "orders.order_fulfilment_changed"
    SUBJECT = "order"
    order_id: int
    before: str
    after: str


class OrderMended(Event, frozen=True, kw_only=True):
    """Somebody mended an order. `before` and `after` hold sealed values for personal fields, amounts in `currency`."""

    KIND = "orders.order_mended"
    SUBJECT = "order"
    order_id: int
    fields: list[str]
    before: dict[str, Any]
    after: dict[str, Any]
    currency: str = ""


class OrderUrgencyChanged(Event, frozen=True, kw_only=True):
    """Somebody made an order more or less urgent, or changed until when it was promised to arrive."""

    KIND = "orders.order_urgency_changed"
    SUBJECT = "order"
    order_id: int
    before: str
    after: str
    due_before: datetime | None
    due_after: datetime | None
    reason: str


class OrderFindingAccepted(Event, frozen=True, kw_only=True):
    """Somebody accepted a finding as it is."""

    KIND = "orders.order_finding_accepted"
    SUBJECT = "order"
    order_id: int
    code: str
    field: str
    reason: str


class OrderPromised(Event, frozen=True, kw_only=True):
    """An order that was short, or had lost its goods, was promised them."""

    KIND = "orders.order_promised"
    SUBJECT = "order"
    order_id: int


class OrderConflicted(Event, frozen=True, kw_only=True):
    """The order came again with other content; nothing was changed."""

    KIND = "orders.order_conflicted"
    SUBJECT = "order"
    order_id: int
    differing: list[str]
    source: str


class OrderRevealed(Event, frozen=True, kw_only=True):
    """Somebody looked at an order's personal data in clear."""

    KIND = "orders.order_revealed"
    SUBJECT = "order"
    order_id: int
    reason: str


class LineCancelled(Event, frozen=True, kw_only=True):
    """A cancellation document of the source was matched to a line of the order."""

    KIND = "orders.line_cancelled"
    SUBJECT = "order"
    order_id: int
    position: int
    quantity: int
    document: str


class ImportFinished(Event, frozen=True, kw_only=True):
    """A file was taken in."""

    KIND = "orders.import_finished"
    SUBJECT = "import"
    import_id: int
    created: int
    rejected: int


class OrderConflictSettled(Event, frozen=True, kw_only=True):
    """Somebody decided a conflict: keep, take_recipient, take_goods (lines and amounts) or take_all."""

    KIND = "orders.order_conflict_settled"
    SUBJECT = "order"
    order_id: int
    conflict_id: int
    decision: str


class OrderHeld(Event, frozen=True, kw_only=True):
    """Screening holds an order until a person has looked at it; `rules` names those that fired."""

    KIND = "orders.order_held"
    SUBJECT = "order"
    order_id: int
    score: int
    rules: list[str]


class OrderHoldDecided(Event, frozen=True, kw_only=True):
    """A hold ended: released or rejected by a person, or lapsed because the order was cancelled otherwise."""

    KIND = "orders.order_hold_decided"
    SUBJECT = "order"
    order_id: int
    outcome: str
    reason: str = ""


class ScreeningRulesSet(Event, frozen=True, kw_only=True):
    """A version of the screening rules was put in force."""

    KIND = "orders.screening_rules_set"
    SUBJECT = "rule_set"
    rule_set_id: int
    version: int
    before: int
    reason: str


class ScreeningListChanged(Event, frozen=True, kw_only=True):
    """A value was put on a list of screening, or taken off it; the value itself is nowhere in the log."""

    KIND = "orders.screening_list_changed"
    SUBJECT = "entry"
    entry_id: int
    purpose: str
    what: str
    verb: str
    reason: str


class ExceptionOpened(Event, frozen=True, kw_only=True):
    """Something about an order needs somebody; `order_id` 0: it belongs to none (a document or a callback)."""

    KIND = "orders.exception_opened"
    SUBJECT = "order"
    order_id: int
    exception_id: int
    detector: str
    severity: str
    owner_id: int | None


class ExceptionClosed(Event, frozen=True, kw_only=True):
    """An exception ended: solved or dismissed; `automatic`: the fact was gone by itself."""

    KIND = "orders.exception_closed"
    SUBJECT = "order"
    order_id: int
    exception_id: int
    detector: str
    state: str
    outcome: str
    automatic: bool


class ExceptionWorked(Event, frozen=True, kw_only=True):
    """Somebody took an exception on, noted something, named its cause, opened or muted it; `verb` says which."""

    KIND = "orders.exception_worked"
    SUBJECT = "order"
    order_id: int
    exception_id: int
    detector: str
    verb: str


class DetectorChanged(Event, frozen=True, kw_only=True):
    """What is watched for was changed: `before` and `after` hold the fields that differ."""

    KIND = "orders.detector_changed"
    SUBJECT = "detector"
    detector_id: int
    code: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


class ExceptionsMuted(Event, frozen=True, kw_only=True):
    """False alarms of a detector are not told until a day, or that was ended; `verb` is mute or end."""

    KIND = "orders.exceptions_muted"
    SUBJECT = "mute"
    mute_id: int
    detector: str
    verb: str
    until: datetime
    reason: str


class CauseChanged(Event, frozen=True, kw_only=True):
    """A cause of exceptions was added, renamed, moved to another group, or cannot be named any more."""

    KIND = "orders.cause_changed"
    SUBJECT = "cause"
    cause_id: int
    code: str
    group: str
    labels: dict[str, str]
    active: bool


class AuditDelayed(Event, frozen=True, kw_only=True):
    """An order was audited after its due time; `cause` says why."""

    KIND = "orders.audit_delayed"
    SUBJECT = "order"
    order_id: int
    due_at: datetime
    cause: str


class OrderReassigned(Event, frozen=True, kw_only=True):
    """Something about an order was not done in time, so a colleague has it now; `name` is theirs, `how` why they."""

    KIND = "orders.order_reassigned"
    SUBJECT = "order"
    order_id: int
    clock_kind: str
    before_id: int | None
    after_id: int
    name: str
    how: str

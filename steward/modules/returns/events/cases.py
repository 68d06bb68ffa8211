"""What is announced about cases, policies and exchanges."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import Event


class ReturnPolicySet(Event, frozen=True, kw_only=True):
    """New rules of the return policy are in force; `rules` names those that are new, changed or gone."""

    KIND = "returns.return_policy_set"
    SUBJECT = "return_policy"
    return_policy_id: int
    version: int
    rules: list[str]
    note: str


class ReturnReasonSet(Event, frozen=True, kw_only=True):
    """A reason of after-sales was added or changed."""

    KIND = "returns.return_reason_set"
    SUBJECT = "return_reason"
    return_reason_id: int
    code: str
    parent: str
    fault: str
    active: bool
    questions: int


class CaseOpened(Event, frozen=True, kw_only=True):
    """Somebody wants something of an order. `state` is where the case begins: the policy may have granted it at once.

    Units: pieces.
    """

    KIND = "returns.case_opened"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    kind: str
    reason: str
    source: str
    state: str
    pieces: int


class CaseDecided(Event, frozen=True, kw_only=True):
    """A case was approved, refused, withdrawn, solved otherwise or is looked at again; `verb` says which.

    `decider` is the person, or "policy"; what was said of it stands with the case, where it can be erased.
    Units: minor currency units.
    """

    KIND = "returns.case_decided"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    kind: str
    verb: str
    state: str
    decider: str
    quoted_minor: int
    currency: str


class ParcelAnnounced(Event, frozen=True, kw_only=True):
    """Pieces of a case are to come back in a parcel. Units: pieces."""

    KIND = "returns.parcel_announced"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    parcel_id: int
    method: str
    shipment: str
    pieces: int


class CasePieceMoved(Event, frozen=True, kw_only=True):
    """Pieces of a case are somewhere else than before: sent, received, short, lost …; `after` names where."""

    KIND = "returns.case_piece_moved"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    piece_ids: list[int]
    after: str
    at: datetime


class CaseInspected(Event, frozen=True, kw_only=True):
    """Pieces of a case were looked at; `settled`: nothing of it is on its way or waits to be judged any more."""

    KIND = "returns.case_inspected"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    piece_ids: list[int]
    grades: list[str]
    dispositions: list[str]
    accepted: int
    rejected: int
    settled: bool


class CaseRefundAsked(Event, frozen=True, kw_only=True):
    """A case asks for money to go back. `early`: before the goods were looked at. Units: minor currency units."""

    KIND = "returns.case_refund_asked"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    refund_id: int
    request_id: int
    amount_minor: int
    currency: str
    early: bool


class CaseRefundSettled(Event, frozen=True, kw_only=True):
    """A refund of a case was paid, refused or failed; `state` says which. Units: minor currency units."""

    KIND = "returns.case_refund_settled"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    refund_id: int
    state: str
    paid_minor: int
    currency: str


class CaseClosed(Event, frozen=True, kw_only=True):
    """Nothing is left to be done of a case. Units: minor currency units."""

    KIND = "returns.case_closed"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    kind: str
    state: str
    refunded_minor: int
    currency: str


class ExchangeMoved(Event, frozen=True, kw_only=True):
    """What is sent in the place of goods has got further, or back; `verb` says how, `why` what for it stopped.

    `to_pay_minor` is what the customer has to pay of it now. Units: minor currency units.
    """

    KIND = "returns.exchange_moved"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    kind: str
    verb: str
    state: str
    why: str
    replacement_order_id: int | None
    replacement_number: str
    total_minor: int
    credited_minor: int
    to_pay_minor: int
    currency: str

"""What returns announce."""

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


class RepairOpened(Event, frozen=True, kw_only=True):
    """A piece of a repair case is to be repaired. `coverage`: what the warranty says so far."""

    KIND = "returns.repair_opened"
    SUBJECT = "repair"
    repair_id: int
    number: str
    case_id: int
    order_id: int
    ticket_id: int | None
    item_id: int
    coverage: str


class RepairMoved(Event, frozen=True, kw_only=True):
    """A repair came to another state by a verb of its table; `result` says how it ended, "" while it has not.

    `next_case` is the case that gives a replacement or the money where the customer chose that instead.
    """

    KIND = "returns.repair_moved"
    SUBJECT = "repair"
    repair_id: int
    number: str
    case_id: int
    order_id: int
    ticket_id: int | None
    verb: str
    state: str
    coverage: str
    result: str
    next_case: str = ""


class RepairQuoted(Event, frozen=True, kw_only=True):
    """A customer was told what a repair outside its warranty costs. Units: minor currency units."""

    KIND = "returns.repair_quoted"
    SUBJECT = "repair"
    repair_id: int
    number: str
    case_id: int
    order_id: int
    ticket_id: int | None
    quote_id: int
    total_minor: int
    currency: str
    expires_at: datetime


class RepairQuoteAnswered(Event, frozen=True, kw_only=True):
    """A quote was approved, declined, withdrawn, or nobody answered it in time. Units: minor currency units."""

    KIND = "returns.repair_quote_answered"
    SUBJECT = "repair"
    repair_id: int
    number: str
    case_id: int
    order_id: int
    ticket_id: int | None
    quote_id: int
    state: str
    total_minor: int
    currency: str


class RepairCharged(Event, frozen=True, kw_only=True):
    """A customer owes something for a repair, or for a loaner that was lost. Units: minor currency units."""

    KIND = "returns.repair_charged"
    SUBJECT = "repair"
    repair_id: int
    number: str
    charge_id: int
    charge: str
    account: int
    cause: str
    amount_minor: int
    currency: str


class RepairChargeSettled(Event, frozen=True, kw_only=True):
    """What was owed for a repair was paid, waived with a reason, or dropped. Units: minor currency units."""

    KIND = "returns.repair_charge_settled"
    SUBJECT = "repair"
    repair_id: int
    number: str
    charge_id: int
    charge: str
    state: str
    paid_minor: int
    currency: str
    why: str


class RepairPartsChanged(Event, frozen=True, kw_only=True):
    """Parts of a repair were set aside, used, or given free; `short`: items it still waits for. Units: pieces."""

    KIND = "returns.repair_parts_changed"
    SUBJECT = "repair"
    repair_id: int
    number: str
    set_aside: int
    used: int
    dropped: int
    short: list[int]


class RepairVisitSet(Event, frozen=True, kw_only=True):
    """A technician sees to a repair at a time, or no longer: `state` says which."""

    KIND = "returns.repair_visit_set"
    SUBJECT = "repair"
    repair_id: int
    number: str
    visit_id: int
    technician_id: int | None
    appointment_id: int | None
    starts_at: datetime
    state: str


class LoanerMoved(Event, frozen=True, kw_only=True):
    """Something was lent for the time of a repair, came back, or is lost; `state` says which."""

    KIND = "returns.loaner_moved"
    SUBJECT = "repair"
    repair_id: int
    number: str
    loaner_id: int
    item_id: int
    serial: str
    state: str
    due_at: datetime
    grade: str


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


class CaseOwedSettled(Event, frozen=True, kw_only=True):
    """What a refund owed besides money was carried out, or where it stands. Units: points or minor units."""

    KIND = "returns.case_owed_settled"
    SUBJECT = "case"
    case_id: int
    number: str
    order_id: int
    ticket_id: int | None
    owed_id: int
    kind: str
    state: str
    amount: int
    moved: int


class CompensationProposed(Event, frozen=True, kw_only=True):
    """Somebody wants to make good with a coupon, points, money or goods. Units: minor units of the currency.

    `signs` name the reasons that were found to look twice.
    """

    KIND = "returns.compensation_proposed"
    SUBJECT = "compensation"
    compensation_id: int
    number: str
    customer_id: int | None
    order_id: int | None
    case_id: int | None
    ticket_id: int | None
    complaint: str
    kind: str
    reason: str
    amount_minor: int
    currency: str
    signs: list[str]
    approval_id: int | None


class CompensationAdvanced(Event, frozen=True, kw_only=True):
    """A compensation was granted, given, refused, withdrawn, or could not be given. Units: minor currency units."""

    KIND = "returns.compensation_advanced"
    SUBJECT = "compensation"
    compensation_id: int
    number: str
    complaint: str
    after: str
    kind: str
    amount_minor: int
    given_minor: int
    currency: str
    why: str


class BudgetSet(Event, frozen=True, kw_only=True):
    """What may be given in a period was set or changed. Units: minor units of the currency."""

    KIND = "returns.budget_set"
    SUBJECT = "budget"
    budget_id: int
    first_date: str
    shop: str
    team: str
    currency: str
    before_minor: int
    after_minor: int


class CompensationLimitSet(Event, frozen=True, kw_only=True):
    """Up to where a role gives alone was set, or taken away (below 0). Units: minor units of the currency."""

    KIND = "returns.compensation_limit_set"
    SUBJECT = "limit"
    limit_id: int
    role: str
    currency: str
    before_minor: int
    after_minor: int


class CompensationReasonSet(Event, frozen=True, kw_only=True):
    """A reason for compensation was added or changed."""

    KIND = "returns.compensation_reason_set"
    SUBJECT = "reason"
    reason_id: int
    code: str
    active: bool

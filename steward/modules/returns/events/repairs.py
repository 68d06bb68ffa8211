"""What is announced about repairs: warranty, quotes, parts, visits, loaners."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import Event


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

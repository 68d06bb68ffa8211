"""Repairs as pages and programs see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.modules.returns.queries import repair_words as words


class RepairRow(Struct, frozen=True, kw_only=True):
    """A repair in a list."""

    id: int
    number: str
    case_id: int
    case_number: str
    order_id: int
    order_number: str
    shop: str
    customer_id: int | None
    ticket_id: int | None
    sku: str
    name_zh: str
    name_en: str
    serialised: bool
    category: str
    serial: str
    place: str
    station: str
    state: str
    state_since: datetime
    coverage: str
    technician_id: int | None
    currency: str
    opened_at: datetime
    received_at: datetime | None
    ready_at: datetime | None
    ended_at: datetime | None
    result: str
    simulated: bool

    @property
    def place_label(self) -> str:
        """Name where it is done."""
        return str(words.PLACES[self.place])


class PartView(Struct, frozen=True, kw_only=True):
    """A part of a repair. Units: pieces; minor units."""

    id: int
    sku: str
    name_zh: str
    name_en: str
    quantity: int
    used: int
    warehouse: str
    state: str
    price_minor: int
    cost_minor: int

    @property
    def state_label(self) -> str:
        """Name what became of it."""
        return str(words.PART_STATES[self.state])


class WorkView(Struct, frozen=True, kw_only=True):
    """One piece of work. Units: minutes; minor units."""

    kind: str
    minutes: int
    passed: bool | None
    note: str
    attachments: list[int]
    cost_minor: int
    at: datetime
    by: str

    @property
    def kind_label(self) -> str:
        """Name the kind of work."""
        return str(words.WORK[self.kind])


class RepairQuoteView(Struct, frozen=True, kw_only=True):
    """A quote with its lines. Units: minor units."""

    id: int
    lines: list[dict[str, Any]]
    total_minor: int
    currency: str
    note: str
    state: str
    made_at: datetime
    made_by: str
    expires_at: datetime
    opened_at: datetime | None
    answered_at: datetime | None
    words: str

    @property
    def state_label(self) -> str:
        """Name what became of it."""
        return str(words.QUOTE_STATES[self.state])


class ChargeView(Struct, frozen=True, kw_only=True):
    """What is or was owed. Units: minor units."""

    id: int
    number: str
    cause: str
    amount_minor: int
    paid_minor: int
    currency: str
    state: str
    made_at: datetime
    settled_at: datetime | None
    why: str

    @property
    def state_label(self) -> str:
        """Name what became of it."""
        return str(words.CHARGE_STATES[self.state])

    @property
    def cause_label(self) -> str:
        """Name what it is owed for."""
        return str(words.CHARGE_CAUSES[self.cause])


class VisitView(Struct, frozen=True, kw_only=True):
    """When a repair is seen to, by whom."""

    id: int
    technician_id: int | None
    appointment_id: int | None
    starts_at: datetime
    ends_at: datetime
    state: str


class LoanerView(Struct, frozen=True, kw_only=True):
    """Something lent meanwhile."""

    id: int
    sku: str
    name_zh: str
    name_en: str
    serial: str
    warehouse: str
    state: str
    lent_at: datetime
    due_at: datetime
    ended_at: datetime | None
    grade: str
    note: str

    @property
    def state_label(self) -> str:
        """Name where it is."""
        return str(words.LOANER_STATES[self.state])


class RepairView(Struct, frozen=True, kw_only=True):
    """One repair whole. `warranty` is {status, why, until}. Units: minor units.

    `may_choose`: the customer may take a replacement or the money instead.
    """

    row: RepairRow
    warranty: Mapping[str, Any]
    warranty_text: str
    coverage_why: str
    coverage_by: str
    fault: str
    cause: str
    repaired_before: int
    may_choose: bool
    remedy: str
    next_case: str
    back_carrier: str
    back_tracking: str
    labour_minor: int
    reception: str
    next: str
    parts: list[PartView]
    work: list[WorkView]
    quotes: list[RepairQuoteView]
    charges: list[ChargeView]
    visits: list[VisitView]
    loaners: list[LoanerView]

    @property
    def next_words(self) -> str:
        """Say what happens next."""
        return str(words.NEXT[self.next])

    @property
    def parts_minor(self) -> int:
        """Add up what the parts cost us that were used. Units: minor units."""
        return sum(one.used * one.cost_minor for one in self.parts)

    @property
    def open_quote(self) -> RepairQuoteView | None:
        """Return the quote that waits for an answer."""
        return next((one for one in self.quotes if one.state == "open"), None)

    @property
    def owed(self) -> ChargeView | None:
        """Return what is still to be paid."""
        return next((one for one in self.charges if one.state == "due"), None)

    @property
    def visit(self) -> VisitView | None:
        """Return the visit that is to come."""
        return next((one for one in self.visits if one.state == "planned"), None)

    @property
    def loaner(self) -> LoanerView | None:
        """Return what the customer has meanwhile."""
        return next((one for one in self.loaners if one.state == "lent"), None)

"""What is announced about compensation, its budgets, and what refunds owe besides money."""

from __future__ import annotations

from steward.kernel.events import Event


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

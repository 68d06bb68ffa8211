"""Let the crew deal with live orders as their stories tell, each at the time somebody did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct, structs

from steward.kernel.actor import system
from steward.modules.orders import queries
from steward.modules.orders.commands.audit import approve_orders, send_back_order
from steward.modules.orders.commands.cancel import cancel_order, cancel_unpaid
from steward.modules.orders.commands.mend import accept_finding, mend_order, take_suggestion
from steward.modules.orders.commands.progress import follow_payments
from steward.modules.orders.commands.settle import settle_conflict
from steward.modules.payments import commands as payments
from steward.modules.payments.rules import Direction, PaymentEntryDraft
from steward.sample import baskets, checks
from steward.sample.live import Planned
from steward.sample.people import Crew

CHECKED_AFTER = timedelta(minutes=30)
ORDERS = system("orders")  # who moves orders by themselves, also in earnest
WHY_LATE = ("too_much_work", "waited_for_customer", "too_much_work", "nobody_there", "hard_to_judge")


class Case(Struct):
    """One live order, its number among ours, and when it is dealt with."""

    order_id: int
    planned: Planned
    at: datetime


def deal_with(crew: Crew, cases: list[Case], now: datetime) -> int:
    """Let the crew work through the cases in the order of their times. Returns how many."""
    for case in sorted(cases, key=lambda case: (case.at, case.order_id)):
        ACTS[case.planned.act](crew, case, now)
    return len(cases)


def _mend(crew: Crew, case: Case, now: datetime) -> None:
    recipient = structs.asdict(case.planned.mended)
    changes = {f"recipient.{name}": recipient[name] for name in recipient if recipient[name]}
    mend_order(crew.someone("order_clerk"), order_id=case.order_id, changes=changes, now=case.at)
    _look_later(crew, case, now)


def _take_suggestion(crew: Crew, case: Case, now: datetime) -> None:
    findings = queries.order_detail(case.order_id).findings
    first = next(finding for finding in findings if finding.can_be_taken and not finding.resolution)
    take_suggestion(crew.someone("customer_service"), finding_id=first.id, now=case.at)
    _look_later(crew, case, now)


def _accept(crew: Crew, case: Case, now: datetime) -> None:
    findings = queries.order_detail(case.order_id).findings
    first = next(finding for finding in findings if finding.severity == "error" and not finding.resolution)
    accept_finding(crew.someone("customer_service"), finding_id=first.id, reason="客户确认按实付金额成交", now=case.at)


def _why_late(crew: Crew) -> str:
    """Say why an audit was late, should it be: now this, now that."""
    return WHY_LATE[crew.tally("why late") % len(WHY_LATE)]


def _approve(crew: Crew, case: Case, now: datetime) -> None:
    goes_on = checks.look(crew, case.order_id, case.planned.draft, case.at)
    if goes_on and queries.order_detail(case.order_id).order.state == "audit":
        checker = crew.someone("order_checker")
        approve_orders(checker, order_ids=[case.order_id], now=case.at, late_cause=_why_late(crew))


def _look_later(crew: Crew, case: Case, now: datetime) -> None:
    """Let somebody check what was changed, half an hour later; every fourth still waits for it."""
    at = case.at + CHECKED_AFTER
    if at < now and crew.tally("change to look at") % checks.OPEN_EVERY:
        checks.look(crew, case.order_id, case.planned.draft, at)


def _cancel(cause: str, reason: str) -> Callable[[Crew, Case, datetime], None]:
    def act(crew: Crew, case: Case, now: datetime) -> None:
        actor = crew.someone("order_checker")
        cancel_order(actor, order_id=case.order_id, cause=cause, reason=reason, now=case.at)

    return act


def _regret(crew: Crew, case: Case, now: datetime) -> None:
    """Cancel on the customer's wish and give the money back."""
    _cancel("customer", "客户不想要了")(crew, case, now)
    _money(crew, case, "refund", now)


def _settle(crew: Crew, case: Case, now: datetime) -> None:
    for conflict in queries.order_detail(case.order_id).conflicts:
        decision: Literal["keep", "take_recipient"] = "take_recipient" if crew.tally("conflict") % 2 else "keep"
        settle_conflict(crew.someone("customer_service"), conflict_id=conflict.id, decision=decision, now=case.at)


def _pay(crew: Crew, case: Case, now: datetime) -> None:
    _money(crew, case, "payment", now)


def _money(crew: Crew, case: Case, direction: Direction, now: datetime) -> None:
    """Record money that moved, and let the order follow it as the worker does."""
    draft = case.planned.draft
    entry = PaymentEntryDraft(
        order_id=case.order_id,
        amount_minor=draft.total_minor or 0,
        currency=draft.currency,
        provider=baskets.PROVIDERS[draft.shop],
        transaction=f"{'L' if direction == 'payment' else 'R'}{draft.external_number}",
        happened_at=case.at,
        direction=direction,
    )
    payments.record_payments(crew.someone("finance"), entries=[entry], now=case.at)
    follow_payments(ORDERS, order_ids=[case.order_id], now=case.at)


def _send_back(crew: Crew, case: Case, now: datetime) -> None:
    """Send it back to be asked about; of every three, two are mended meanwhile, and one of those approved."""
    checker, clerk = crew.someone("order_checker"), crew.someone("order_clerk")
    reason = "数量较大，请与客户确认是否团购、能否分批发货"
    send_back_order(checker, order_id=case.order_id, reason=reason, now=case.at, late_cause=_why_late(crew))
    later, latest = case.at + timedelta(minutes=25), case.at + timedelta(minutes=50)
    turn = crew.tally("sent back") % 3
    if turn and later < now:
        mend_order(clerk, order_id=case.order_id, changes={"note": "已电话确认：公司团购，可分批发货"}, now=later)
        if turn == 1 and latest < now:
            approve_orders(checker, order_ids=[case.order_id], now=latest, late_cause=_why_late(crew))


def _lapse(crew: Crew, case: Case, now: datetime) -> None:
    cancel_unpaid(ORDERS, order_ids=[case.order_id], now=case.at)


ACTS: dict[str, Callable[[Crew, Case, datetime], None]] = {
    "take_suggestion": _take_suggestion,
    "mend": _mend,
    "approve": _approve,
    "accept": _accept,
    "cancel_short": _cancel("short_of_stock", "缺货，客户选择退款"),
    "cancel_duplicate": _cancel("duplicate", "客户重复下单，保留第一单"),
    "settle": _settle,
    "pay": _pay,
    "regret": _regret,
    "send_back": _send_back,
    "lapse": _lapse,
}

"""Let checkers look at entries by hand and changes: most are right, some go back, the newest still wait."""

from __future__ import annotations

from datetime import datetime

from steward.kernel import money
from steward.kernel.actor import system
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.orders import queries
from steward.modules.orders.commands import verification_deciding as deciding
from steward.modules.orders.commands import verification_source as sources
from steward.modules.orders.commands.verification_settling import follow_settled
from steward.modules.orders.queries import verification
from steward.modules.orders.rules.drafts import OrderDraft
from steward.sample.people import Crew

ORDERS = system("orders")
WRONG_EVERY = 6
OPEN_EVERY = 4


def keep_message(crew: Crew, order_id: int, draft: OrderDraft, at: datetime) -> None:
    """Keep the message that whoever typed an order in had before them."""
    to = draft.recipient
    goods = "、".join(f"{line.title or line.sku} {line.quantity} 件" for line in draft.lines)
    address = f"{to.province}{to.city}{to.district}{to.street}"
    person = f"收件人：{to.name}，电话 {to.phone}"
    text = f"你好，我要{goods}。\n地址：{address}\n{person}\n一共 {_total(draft)} 元，刚才已付款。"
    entered_by = queries.order_detail(order_id).entered_by
    clerk = next(one for one in crew.all_of("order_clerk") if one.id == entered_by)
    sources.keep_source(clerk, order_id=order_id, text=text, now=at)


def look(crew: Crew, order_id: int, draft: OrderDraft, at: datetime) -> bool:
    """Let a checker type an entry again and decide; every sixth has a wrong digit. Returns whether it goes on.

    What nobody has to check goes on as it is.
    """
    rounds = verification.rounds_of(order_id)
    if not rounds or rounds[0].state != "open":
        return True
    checker, to = crew.someone("order_checker"), draft.recipient
    typed = {
        "recipient.phone": to.phone,
        "recipient.district": to.district,
        "recipient.street": to.street,
        "total_minor": _total(draft),
    }
    is_wrong = "recipient.phone" in rounds[0].fields and crew.tally("entry looked at") % WRONG_EVERY == 0
    if is_wrong:
        typed["recipient.phone"] = to.phone[:-1] + str((int(to.phone[-1:] or "0") + 1) % 10)
    deciding.rekey_entry(checker, order_id=order_id, typed=typed, now=at)
    outcome = deciding.verify_entry(
        checker,
        order_id=order_id,
        verdict="refuse" if is_wrong else "grant",
        reason="电话末位与客户原话不符" if is_wrong else "",
        wrong=["recipient.phone"] if is_wrong else [],
        now=at,
    )
    if outcome != "open":
        _follow(order_id, rounds[0].approval_id or 0, outcome, at)
    return outcome == "granted"


def _follow(order_id: int, approval_id: int, outcome: str, at: datetime) -> None:
    """Let the order follow the verdict as the worker does."""
    settled = ApprovalSettled(
        approval_id=approval_id,
        kind="order_entry",
        about_kind="order",
        about_id=order_id,
        outcome=outcome,
        reason="电话末位与客户原话不符" if outcome == "refused" else "",
    )
    follow_settled(ORDERS, settled=[settled], now=at)


def _total(draft: OrderDraft) -> str:
    return str(money.to_decimal(draft.total_minor or 0, draft.currency))

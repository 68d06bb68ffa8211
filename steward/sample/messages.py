"""What was said to the buyers of the newest orders, and what the staff were told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from steward.kernel.actor import system
from steward.modules.messaging import commands
from steward.modules.orders import queries as orders
from steward.sample.people import Crew

ORDERS = system("orders")
NEWEST = 14
PAID = ("paid", "overpaid")
LATE = {"zh-hans": "审核", "zh-hant": "審核", "en": "Audit"}
WRONG = {
    "zh-hans": "已付款，但迟迟没有审核",
    "zh-hant": "已付款，但遲遲沒有審核",
    "en": "Paid, but not audited for long",
}


def tell(crew: Crew, now: datetime) -> int:
    """Queue messages about the newest orders as text messages, which nobody carries here, and tell the staff.

    Returns how many messages were queued; the worker deals with them.
    """
    rows = orders.orders_page(orders.OrderFilters(historic=False), limit=NEWEST).rows
    details = [orders.order_detail(row.id) for row in rows]
    with transaction.atomic():
        wanted = [one for detail in details if detail.customer_id for one in _of(detail, now)]
        queued = commands.send_messages(ORDERS, messages=wanted, now=now)
        commands.notify_staff(ORDERS, notices=list(_notices(crew, details, now)), now=now)
    return len(queued)


def _of(detail: orders.OrderDetail, now: datetime) -> Iterator[commands.Outgoing]:
    order = detail.order
    money = {"minor": order.total_minor, "currency": order.currency}
    wanted: list[tuple[str, dict[str, Any]]] = [("order_received", {"total": money})]
    if order.payment_state in PAID:
        wanted.append(("order_paid", {"paid": money}))
    elif order.state == "checked":
        before = (detail.hold_until or now + timedelta(hours=6)).isoformat()
        wanted.append(("payment_reminder", {"open": money, "pay_before": before}))
    for template, params in wanted:
        yield commands.Outgoing(
            template=template,
            customer_id=detail.customer_id or 0,
            subject_kind="order",
            subject_id=order.id,
            params={"order_number": order.number, **params},
            dedupe_key=f"order:{order.id}:{template}",
            channel="sms",
            simulated=order.simulated,
        )


def _notices(crew: Crew, details: list[orders.OrderDetail], now: datetime) -> Iterator[commands.Notice]:
    told = [crew.first(role).staff_id or 0 for role in ("after_sales_manager", "order_checker", "administrator")]
    facts: list[tuple[str, str, dict[str, Any]]] = [
        ("clock", "clock_warned", {"clock": LATE, "due_at": (now + timedelta(minutes=20)).isoformat()}),
        ("exception", "exception_opened", {"what": WRONG}),
    ]
    for detail, (kind, template, params) in zip(details, facts, strict=False):
        yield commands.Notice(
            staff_ids=told,
            kind=kind,
            template=template,
            params={"subject": detail.order.number, **params},
            subject_kind="order",
            subject_id=detail.order.id,
            dedupe_key=f"sample:{template}",
        )

"""What tests of returns begin with: orders that were delivered, and the cases about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from steward.kernel.actor import Actor
from steward.modules.customers.commands.rights import erase_customer
from steward.modules.deadlines.models import Clock
from steward.modules.logistics.tests import ship
from steward.modules.messaging.models import Attachment, Inbound
from steward.modules.orders.models import Line, Order
from steward.modules.returns.commands.requesting import CaseDraft, CaseReceipt, Want, open_cases
from steward.modules.returns.models import Case, Parcel, Piece, QuotePart, RefundDue
from tests import make

LATER = make.NOW + timedelta(days=3)


def delivered(quantity: int = 2, number: str = "A-1", *, parcel: str = "SF1234567890123", **facts: Any) -> Order:
    """Let an order of some tents be paid, shipped and delivered."""
    ship.sent(quantity=quantity, number=number, tracking_number=parcel, **facts)
    ship.heard(ship.said("delivered", hours=20, number=parcel))
    make.settle()
    return Order.objects.get(external_number=number)


def wanted(order: Order, quantity: int = 1, **facts: Any) -> CaseDraft:
    """Return the draft of a case about so many tents of an order."""
    line = Line.objects.get(order=order)
    given: dict[str, Any] = {
        "order_number": order.number,
        "kind": "return_refund",
        "reason": "no_reason",
        "wants": (Want(line.id, quantity),),
        "source": "desk",
    }
    return CaseDraft(**(given | facts))


def opened(
    order: Order, quantity: int = 1, *, by: Actor | None = None, now: datetime = LATER, **facts: Any
) -> CaseReceipt:
    """Open a case; return what became of it."""
    return open_cases(by or make.agent_wang(), drafts=[wanted(order, quantity, **facts)], now=now)[0]


def case_of(receipt: CaseReceipt) -> Case:
    """Read the case a receipt names."""
    return Case.objects.get(number=receipt.number)


def pieces(receipt: CaseReceipt) -> list[Piece]:
    """Read the pieces of the case a receipt names."""
    return list(Piece.objects.filter(case__number=receipt.number).order_by("position"))


def receipt_of(parcel: Parcel) -> CaseReceipt:
    """Return the receipt of the case a parcel belongs to."""
    return CaseReceipt(number=parcel.case.number, id=parcel.case_id)


def heard_on_its_way(number: str, *, state: str = "in_transit") -> None:
    """Let the carrier say where a parcel is that comes back."""
    ship.heard(ship.said(state, hours=80, number=number))
    make.settle()


def same_customer(*receipts: CaseReceipt) -> None:
    """Let cases be of one customer, as where two of their records were joined."""
    first = case_of(receipts[0])
    Case.objects.filter(number__in=[one.number for one in receipts]).update(customer_id=first.customer_id)


def clocks(receipt: CaseReceipt, kind: str) -> list[Clock]:
    """Read the limits of a kind the case a receipt names has or had, oldest first."""
    return list(Clock.objects.filter(subject_kind="return", subject_id=receipt.id or 0, kind=kind).order_by("cycle"))


def gone_elsewhere(order: Order) -> None:
    """Let an order's pieces have gone back by a case that claims them no longer."""
    receipt = opened(order)
    row = case_of(receipt)
    due = RefundDue.objects.create(case=row, key="settled", amount_minor=1, state="paid", paid_minor=1)
    line = Line.objects.get(order=order)
    QuotePart.objects.create(
        refund=due, position=1, kind="goods", line_id=line.id, quantity=line.quantity, amount_minor=1
    )
    Piece.objects.filter(case=row).delete()


def two_orders() -> tuple[Order, Order]:
    """Let two people have had a tent each delivered."""
    first = delivered(1)
    tent = Line.objects.get(order=first).item_id
    return first, delivered(1, "A-2", parcel="SF1234567890124", item_id=tent)


def sent_by(attachment_id: int, order: Order) -> None:
    """Let a file have come in with a message of an order's customer."""
    mail = Inbound.objects.create(
        channel="email", box="service", external_id=f"m-{attachment_id}", customer_id=order.customer_id, sent_at=LATER
    )
    Attachment.objects.filter(id=attachment_id).update(inbound=mail)


def erased(order: Order) -> None:
    """Let an order's customer be erased, and everybody hear of it."""
    erase_customer(make.TESTER, customer_id=order.customer_id or 0, reason="asked", now=LATER)
    make.settle()

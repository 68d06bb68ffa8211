"""Ask for money back: from which payments, and whether a second person must agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, numbering
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals import queries as approvals
from steward.modules.payments import queries
from steward.modules.payments.commands.asking import ask_second_person
from steward.modules.payments.commands.locking import lock_money, move_claim, open_payment_balance, refresh_balances
from steward.modules.payments.commands.moving import write_step
from steward.modules.payments.events import RefundRequested
from steward.modules.payments.models import Entry, Refund, RefundRequest
from steward.modules.payments.queries.refunds import payables
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.rules import refunds as rules
from steward.modules.payments.rules.wallets import CARDS

PREFIX = "RF"
SEQUENCE = "payments_refund_id_seq"


class NotEnoughLeft(errors.Refusal):
    """Refuse to give back more than is left of what was paid."""

    code = "not_enough_left"
    status = 409
    message = _("Of the payments %(left)s %(currency)s can still be refunded, not %(wanted)s.")


class BadRefund(errors.Refusal):
    """Refuse a request that makes no sense as such."""

    code = "bad_refund"
    status = 422
    message = _("A refund needs a positive amount and one of these causes: %(causes)s.")


class RefundWant(msgspec.Struct, frozen=True, kw_only=True):
    """What is to go back for one order; without an amount all that is left. Units: minor currency units.

    `asked_by` names whose wish it is where a part of the system asks for them, `involved` who else had a hand in it:
    none of them agrees to it. `known_minor` is what at least counts as given back before. `payment_ids`: of these
    payments only; none: of any.
    """

    order: OrderFacts
    cause: str
    currency: str
    amount_minor: int | None = None
    reason: str = ""
    asked_by: str = ""
    involved: tuple[str, ...] = ()
    known_minor: int = 0
    payment_ids: tuple[int, ...] = ()


class RequestReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request: the refunds it made, and whether they wait for a second person."""

    request_id: int
    numbers: list[str]
    amount_minor: int
    currency: str
    approval: str


@command(needs="payments.refund")
def request_refund(actor: Actor, *, want: RefundWant, now: datetime) -> RequestReceipt:
    """Give money of an order back by decision of a person: original means, several payments where one is not enough.

    Raises: BadRefund, NotEnoughLeft. Emits: RefundRequested. Locks: the money of the order's
    family, in id order. Source: RET-4.
    """
    fits = want.amount_minor is not None and want.amount_minor > 0 and want.cause in rules.ASKED_FOR
    if not fits:
        raise BadRefund(causes=", ".join(rules.ASKED_FOR))
    lock_money([want.order.order_id, *want.order.family])
    return _open(actor, want, want.amount_minor or 0, now)


def refund_all_left(
    actor: Actor,
    *,
    orders: Sequence[OrderFacts],
    cause: str,
    reason: str,
    now: datetime,
    involved: tuple[str, ...] = (),
) -> list[RequestReceipt]:
    """Give back all that is left of these orders' payments, in every currency, as a step of the caller's command.

    The permission was checked there; it runs inside that transaction only. Where nothing is left nothing is done, so a
    second run is harmless. None of the `involved` agrees to it. Emits: RefundRequested. Locks: the money of the
    orders' families, in id order.
    """
    lock_money([id_ for order in orders for id_ in (order.order_id, *order.family)])
    paid = Entry.objects.filter(order_id__in=[order.order_id for order in orders], direction="payment")
    currencies = sorted(set(paid.values_list("order_id", "currency")))
    facts = {order.order_id: order for order in orders}
    receipts = []
    for order_id, currency in currencies:
        left_minor = sum(one.left_minor for one in payables(order_id, currency))
        if left_minor > 0:
            want = RefundWant(order=facts[order_id], cause=cause, currency=currency, reason=reason, involved=involved)
            receipts.append(_open(actor, want, left_minor, now))
    return receipts


def ask_again(actor: Actor, old: RefundRequest, amount_minor: int, now: datetime) -> None:
    """Ask anew for what a lapsed request was about, as far as it is left, in the name of who asked before.

    The money lock is held and the old claims are gone. Units: minor currency units. Emits: RefundRequested.
    """
    refresh_balances([old.order_id])
    left_minor = min(amount_minor, sum(one.left_minor for one in payables(old.order_id, old.currency)))
    if left_minor <= 0:
        return
    order = OrderFacts(
        order_id=old.order_id,
        number=old.order_number,
        total_minor=0,
        currency=old.currency,
        shop=old.shop,
        simulated=old.simulated,
    )
    asked = approvals.approval(old.approval_request_id) if old.approval_request_id else None
    want = RefundWant(
        order=order,
        cause=old.cause,
        currency=old.currency,
        reason=old.reason,
        asked_by=old.requested_by,
        involved=tuple(asked.involved) if asked else (),
        known_minor=asked.facts.get("earlier_minor", 0) if asked else 0,
    )
    _open(actor, want, left_minor, now)


def _open(actor: Actor, want: RefundWant, amount_minor: int, now: datetime) -> RequestReceipt:
    """Write the request, its refunds and what they claim. The money lock is held. Raises: NotEnoughLeft."""
    order = want.order
    refresh_balances([order.order_id])
    paid = payables(order.order_id, want.currency)
    shares = rules.allocate([one for one in paid if _may_pay(want, one.entry_id)], amount_minor)
    left_minor = sum(share.amount_minor for share in shares)
    if left_minor != amount_minor:
        raise NotEnoughLeft(left=left_minor, wanted=amount_minor, currency=want.currency)
    request = RefundRequest.objects.create(
        order_id=order.order_id,
        order_number=order.number,
        shop=order.shop,
        currency=want.currency,
        amount_minor=amount_minor,
        cause=want.cause,
        reason=want.reason[:200],
        requested_by=want.asked_by or actor.id,
        requested_at=now,
        approval="not_needed",
        simulated=order.simulated,
    )
    ids = numbering.next_ids(SEQUENCE, len(shares))
    numbers = [numbering.number(PREFIX, id_, now) for id_ in ids]
    ask_second_person(
        actor,
        request,
        involved=want.involved,
        family=order.family,
        known_minor=want.known_minor,
        number=numbers[0],
        now=now,
    )
    for share, id_, number in zip(shares, ids, numbers, strict=True):
        _write_refund(actor, request, share, id_, number, now)
    requested = RefundRequested(
        order_id=order.order_id,
        request_id=request.id,
        amount_minor=amount_minor,
        currency=want.currency,
        cause=want.cause,
        reason=request.reason,
        approval=request.approval,
        numbers=numbers,
        simulated=order.simulated,
    )
    log.record(actor, [requested])
    return RequestReceipt(
        request_id=request.id,
        numbers=numbers,
        amount_minor=amount_minor,
        currency=want.currency,
        approval=request.approval,
    )


def _may_pay(want: RefundWant, entry_id: int) -> bool:
    return not want.payment_ids or entry_id in want.payment_ids


def _write_refund(
    actor: Actor, request: RefundRequest, share: rules.Share, id_: int, number: str, now: datetime
) -> None:
    """Write one refund of one payment and claim its money."""
    state = "awaiting_approval" if request.approval == "awaiting" else ready_state(share.provider, request.simulated)
    refund = Refund.objects.create(
        id=id_,
        number=number,
        request=request,
        order_id=request.order_id,
        payment_id=share.entry_id,
        provider=share.provider,
        amount_minor=share.amount_minor,
        currency=request.currency,
        state=state,
        state_since=now,
        next_try_at=now if state == "waiting" else None,
        simulated=request.simulated,
    )
    open_payment_balance(share.entry_id)
    move_claim(
        order_id=request.order_id,
        payment_id=share.entry_id,
        currency=request.currency,
        claimed_minor=share.amount_minor,
    )
    write_step(actor, refund, "request", "", now, request.reason)


def ready_state(provider: str, simulated: bool) -> str:
    """Name where a refund waits that may go out: for its turn, or for a person where nothing reaches the provider."""
    if provider == CARDS:
        return "waiting"
    known = queries.find_provider(provider)
    return "waiting" if simulated or (known is not None and known.connector) else "by_hand"

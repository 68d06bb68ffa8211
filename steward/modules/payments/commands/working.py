"""Carry refunds out, once and only once: note the intent, commit, call the provider, note what it said.

What became of a call that broke off is found out by asking under the refund's own number; only a refund the provider
never heard of is sent again, and under the same number. docs/decisions says why this is exactly once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import structlog
from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import gate, parameters, ports, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments import queries
from steward.modules.payments.commands.booking import give_up
from steward.modules.payments.commands.cards import put_back
from steward.modules.payments.commands.locking import PACKAGE, refresh_balances, try_lock_money
from steward.modules.payments.commands.moving import lock_refund, move
from steward.modules.payments.commands.succeeding import take_success
from steward.modules.payments.models import OrderBalance, Refund
from steward.modules.payments.ports import Answer, Gateway, GatewayOpener, RefundOrder
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.payments.rules import refunds as rules
from steward.modules.payments.rules.wallets import CARDS

log = structlog.get_logger(__name__)

LEASE_S = parameters.define(
    "payments.refund_lease_s",
    120,
    unit="s",
    label=_("How long a call to a payment provider may run before its refund is looked after by another worker"),
    minimum=60,
)
FIRST_PAUSE_S = parameters.define(
    "payments.refund_first_pause_s",
    15,
    unit="s",
    label=_("Pause before a refund is tried again, doubled each time"),
    minimum=1,
)
LONGEST_PAUSE_S = parameters.define(
    "payments.refund_longest_pause_s",
    3_600,
    unit="s",
    label=_("Longest pause between two tries of a refund"),
    minimum=60,
)


class Errand(Struct, frozen=True):
    """What a worker is to do for one refund: send it, or ask what became of it; `until` it is this worker's."""

    deed: Literal["send", "ask"]
    provider: str
    order: RefundOrder
    simulated: bool
    until: datetime


@command(needs="payments.work")
def claim_refunds(actor: Actor, *, now: datetime, limit: int = 20, number: str | None = None) -> list[Errand]:
    """Take the refunds that are due, each noted as being sent or asked after, before anybody calls a provider.

    Those asked for first come first; `number` takes that one alone. Those of providers that do not work wait until
    they do. Nobody else gets them until the lease ends. One that was being sent when its worker died is asked after,
    never just sent again. Money of gift cards goes back at once.
    Emits: RefundPaid of those. Locks: refunds that nobody holds, then their orders' money where nobody has it.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "claim_due"), {"now": now, "limit": limit, "number": number})
        due = [row[0] for row in cursor.fetchall()]
    rows = Refund.objects.filter(id__in=due).select_related("request", "payment").order_by("id")
    errands = [_claim(actor, refund, now) for refund in rows if try_lock_money(refund.order_id)]
    return [errand for errand in errands if errand is not None]


def _claim(actor: Actor, refund: Refund, now: datetime) -> Errand | None:
    until = now + timedelta(seconds=parameters.value(LEASE_S))
    deed: Literal["send", "ask"] = "ask"
    if refund.state == "waiting":
        refresh_balances([refund.order_id])
        if not _is_covered(refund):
            give_up(actor, refund, "void", now, failure="refunded_elsewhere")
            return None
        if refund.provider == CARDS and put_back(actor, refund, now):
            return None
        if not _is_connected(refund):
            move(actor, refund, "hand_over", now)
            return None
        move(actor, refund, "send", now, tries=refund.tries + 1, next_try_at=until)
        deed = "send"
    elif refund.state == "sending":
        move(actor, refund, "lose", now, note="worker_lost", next_try_at=until)
    elif not _is_connected(refund):  # it stays as it is until the provider can be asked again
        pause = timedelta(seconds=parameters.value(LONGEST_PAUSE_S))
        Refund.objects.filter(id=refund.id).update(next_try_at=now + pause)
        return None
    else:
        Refund.objects.filter(id=refund.id).update(next_try_at=until, tries=refund.tries + 1)
    payment = refund.payment.origin or refund.payment
    order = RefundOrder(
        key=refund.number,
        payment=payment.transaction,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reason=refund.request.cause,
        payment_minor=payment.amount_minor,
    )
    return Errand(deed, refund.provider, order, refund.simulated, until)


def _is_covered(refund: Refund) -> bool:
    """Tell whether the ledger still holds the money: somebody may have given it back elsewhere meanwhile."""
    balance = OrderBalance.objects.get(order_id=refund.order_id, currency=refund.currency)
    paid, refunded = queries.paid_and_refunded({refund.order_id: refund.currency})[refund.order_id]
    return max(refunded, balance.refunded_minor) + balance.claimed_minor <= paid


def _is_connected(refund: Refund) -> bool:
    known = queries.find_provider(refund.provider)
    return refund.simulated or (known is not None and bool(known.connector))


def run_errand(errand: Errand) -> Answer:
    """Call the provider, outside any transaction. What breaks is an unclear answer, never an error.

    For a drill nobody is called: the money moves on paper only.
    """
    order = errand.order
    if not gate.may_leave(simulated=errand.simulated):
        return Answer(
            fate="succeeded", transaction=f"SIM-{order.key}", amount_minor=order.amount_minor, currency=order.currency
        )
    try:
        gateway = open_gateway(errand.provider)
        if gateway is None:
            return Answer(fate="unclear", code="provider_not_connected")
        return gateway.refund(order) if errand.deed == "send" else gateway.find_refund(order)
    except Exception as error:
        log.exception("provider_could_not_be_called", refund=order.key, provider=errand.provider)
        return Answer(fate="unclear", code=type(error).__name__[:40])


def open_gateway(provider: str) -> Gateway | None:
    """Open the gateway of a provider; None where nothing reaches it."""
    known = queries.find_provider(provider)
    if known is None or not known.connector:
        return None
    opener: GatewayOpener = ports.bound(f"payments.gateway.{known.connector}")
    return opener(queries.provider_access(known))


@command(needs="payments.work")
def record_answer(actor: Actor, *, number: str, answer: Answer, now: datetime) -> str:
    """Note what the provider said about a refund, and let what follows from it follow.

    An answer that comes after the refund has ended changes nothing, but for a success: money that moved is always
    booked or told of. Returns the state.
    Emits: PaymentRecorded and RefundPaid, RefundFailed, RefundDisputed or PaymentMismatched.
    Locks: the order's money, then the refund.
    """
    refund = lock_refund(number)
    if answer.fate == "succeeded":
        take_success(actor, refund, _draft(refund, answer, now), now)
        return refund.state
    verb = rules.verb_of(answer.fate, refund.state)
    if not rules.can(refund.state, verb):
        return refund.state
    note = " ".join(part for part in (answer.fate, answer.code, answer.transaction) if part)
    if verb == "fail":
        give_up(actor, refund, "fail", now, failure=answer.code or "refused")
    else:
        changes = {"transaction": answer.transaction} if answer.transaction else {}
        next_try_at = now if verb == "resend" else now + _pause(refund)
        move(actor, refund, verb, now, note=note, next_try_at=next_try_at, **changes)
    return refund.state


def _draft(refund: Refund, answer: Answer, now: datetime) -> PaymentEntryDraft:
    return PaymentEntryDraft(
        order_id=refund.order_id,
        direction="refund",
        provider=refund.provider,
        transaction=answer.transaction.strip(),
        amount_minor=answer.amount_minor,
        currency=answer.currency,
        happened_at=answer.happened_at or now,
        simulated=refund.simulated,
    )


def _pause(refund: Refund) -> timedelta:
    first_s, cap_s = parameters.value(FIRST_PAUSE_S), parameters.value(LONGEST_PAUSE_S)
    return timedelta(seconds=rules.pause_s(refund.tries, first_s=first_s, cap_s=cap_s))

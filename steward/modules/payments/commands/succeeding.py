"""Take a provider's word that a refund's money moved, wherever the refund stands here: booked, disputed, or both told.

Money that moved is never left out. A refund that had ended here (it failed, was refused or withdrawn) stays ended: what
moved after all is booked as given back elsewhere, and somebody is told.
"""

from __future__ import annotations

from datetime import datetime

from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.modules.payments.commands.applying import Applied
from steward.modules.payments.commands.booking import BadTransaction, adopt, book_paid, dispute
from steward.modules.payments.commands.locking import refresh_balances
from steward.modules.payments.commands.moving import write_step
from steward.modules.payments.commands.recording import post_entries
from steward.modules.payments.events import PaymentMismatched, RefundDisputed
from steward.modules.payments.models import Refund
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.payments.rules import refunds as rules

AFTER_END = "refund_after_end"


def take_success(actor: Actor, refund: Refund, draft: PaymentEntryDraft, now: datetime) -> Applied:
    """Book a success over the amount asked for, as a step of the caller's command; anything else is looked at.

    The money lock and the refund are held. Emits: PaymentRecorded and RefundPaid, RefundDisputed, PaymentMismatched.
    """
    if refund.entry_id is not None and (refund.transaction, refund.currency) == (draft.transaction, draft.currency):
        return Applied("duplicate", "refund_booked")
    if refund.state == "disputed":
        return Applied("refused", "refund_disputed")
    why = "" if (draft.amount_minor, draft.currency) == (refund.amount_minor, refund.currency) else "amount_differs"
    if refund.state in rules.OPEN and not why:
        verb = "succeed" if rules.can(refund.state, "succeed") else "settle"
        facts = {"transaction": draft.transaction, "amount_minor": draft.amount_minor, "at": draft.happened_at}
        try:
            book_paid(actor, refund, verb, now=now, **facts)  # type: ignore[arg-type]
        except BadTransaction as refusal:
            why = str(refusal.params["why"])
        else:
            return Applied("applied")
    if not rules.can(refund.state, "disagree"):
        return _beyond(actor, refund, draft, now)
    dispute(
        actor,
        refund,
        stated_minor=draft.amount_minor,
        stated_currency=draft.currency,
        transaction=draft.transaction,
        why=why,
        now=now,
    )
    return Applied("applied", why)


def _beyond(actor: Actor, refund: Refund, draft: PaymentEntryDraft, now: datetime) -> Applied:
    """Book what moved beyond a refund that cannot follow it, and tell; what cannot be booked is told alone.

    A refund of the same amount that waits to be made is taken as made by it. Emits: PaymentRecorded, and RefundPaid,
    PaymentMismatched or RefundDisputed.
    """
    result = post_entries(actor, entries=[draft], now=now)[0]
    if result.outcome == "duplicate":
        return Applied("duplicate", "transaction_repeated")
    write_step(actor, refund, "hear_success", refund.state, now, f"{result.outcome} {draft.transaction}")
    if result.outcome != "recorded":
        log.record(actor, [_disputed(refund, draft)])
        return Applied("applied", result.code)
    if adopt(actor, drafts=[(result.entry_id, draft)], now=now):
        return Applied("applied")
    refresh_balances([refund.order_id])
    mismatched = PaymentMismatched(
        order_id=refund.order_id,
        entry_id=result.entry_id,
        reason=AFTER_END,
        amount_minor=draft.amount_minor,
        currency=draft.currency,
        expected_minor=0,
        expected_currency=refund.currency,
        simulated=refund.simulated,
    )
    log.record(actor, [mismatched])
    return Applied("applied", AFTER_END)


def _disputed(refund: Refund, draft: PaymentEntryDraft) -> RefundDisputed:
    return RefundDisputed(
        order_id=refund.order_id,
        refund_id=refund.id,
        number=refund.number,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        stated_minor=draft.amount_minor,
        stated_currency=draft.currency,
        simulated=refund.simulated,
    )

"""What customers owe for repairs: a claim with an account of its own in the ledger of payments, paid or let go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.change_splitting import SEQUENCE as ORDER_IDS
from steward.modules.payments import queries as payments
from steward.modules.payments.commands import RefundWant, record_payments, request_refund
from steward.modules.payments.queries.ledger import paid_and_refunded
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.people import queries as people
from steward.modules.returns.commands.repairing_moving import hands, locked_repair
from steward.modules.returns.events import RepairCharged, RepairChargeSettled
from steward.modules.returns.models import Repair, RepairCharge, RepairQuote
from steward.modules.returns.queries.charges import charge_facts

BY_HAND = "manual"


class StillOwed(errors.Refusal):
    """Refuse to let goods go for which something is still owed."""

    code = "still_owed"
    message = _("%(number)s is not paid yet. Record the payment, or let somebody who may decide waive it.")


class WhyWaived(errors.Refusal):
    """Refuse to let a debt go without a reason."""

    code = "why_waived"
    status = 422
    message = _("Say why it need not be paid.")


class OwnQuote(errors.Refusal):
    """Refuse to let one person ask for money and let it go."""

    code = "own_quote"
    status = 403
    message = _("You made this quote yourself. Ask a colleague to waive what is owed.")


class NotRecorded(errors.Refusal):
    """Refuse a payment that payments did not record."""

    code = "payment_not_recorded"
    status = 422
    message = _("The payment was not recorded (%(why)s). Check the number of the transaction and the amount.")


def charge(actor: Actor, row: Repair, cause: str, amount_minor: int, now: datetime) -> RepairCharge:
    """Let a locked repair's customer owe an amount; a step of commands. Units: minor units. Emits: RepairCharged."""
    before = RepairCharge.objects.filter(repair=row).count()
    made = RepairCharge.objects.create(
        repair=row,
        number=row.number if not before else f"{row.number}-{before + 1}",
        account=numbering.next_ids(ORDER_IDS, 1)[0],
        cause=cause,
        amount_minor=amount_minor,
        currency=row.currency,
        made_at=now,
        made_by=actor.id,
    )
    charged = RepairCharged(
        repair_id=row.id,
        number=row.number,
        charge_id=made.id,
        charge=made.number,
        account=made.account,
        cause=cause,
        amount_minor=amount_minor,
        currency=made.currency,
        simulated=row.simulated,
    )
    events.record(actor, [charged])
    return made


@command(needs="payments.record")
def pay_charge(actor: Actor, *, charge_id: int, transaction: str, amount_minor: int, now: datetime) -> None:
    """Record money that was paid at the counter or by bank for a repair. The same transaction counts once.

    Units: minor units. Raises: NotFound, NotRecorded. Emits: PaymentRecorded, RepairChargeSettled.
    Locks: the case, the repair, the money.
    """
    row, one = _locked(actor, charge_id)
    if not transaction.strip() or amount_minor <= 0:
        raise NotRecorded(why="transaction, amount")
    draft = PaymentEntryDraft(
        order_id=one.account, amount_minor=amount_minor, currency=one.currency, provider=BY_HAND,
        transaction=transaction.strip()[:120], happened_at=now, simulated=row.simulated,
    )  # fmt: skip
    result = record_payments(actor, entries=[draft], now=now)[0]
    if result.outcome not in ("recorded", "duplicate"):
        raise NotRecorded(why=result.code)
    _follow(actor, row, one, now)


@command(needs="returns.repair")
def follow_charges(actor: Actor, *, accounts: Collection[int], now: datetime) -> int:
    """Let what is owed be paid once the ledger says so; a second run changes nothing. Returns how many moved.

    Emits: RepairChargeSettled. Locks: the cases, the repairs.
    """
    due = RepairCharge.objects.filter(account__in=list(accounts)).order_by("repair_id", "id")
    return sum(_follow(actor, *_locked(actor, id_), now) for id_ in list(due.values_list("id", flat=True)))


def _locked(actor: Actor, charge_id: int) -> tuple[Repair, RepairCharge]:
    repair_id = RepairCharge.objects.filter(id=charge_id).values_list("repair_id", flat=True).first()
    if repair_id is None:
        raise errors.NotFound(key=charge_id)
    row, _case = locked_repair(actor, repair_id)
    return row, RepairCharge.objects.get(id=charge_id)


def _follow(actor: Actor, row: Repair, one: RepairCharge, now: datetime) -> bool:
    """Note what the ledger says was paid; it is paid when that is enough without what went back."""
    paid, back = paid_and_refunded({one.account: one.currency})[one.account]
    RepairCharge.objects.filter(id=one.id).update(paid_minor=paid)
    one.paid_minor = paid
    is_paid = one.state == "due" and paid - back >= one.amount_minor
    if is_paid:
        _settle(actor, row, one, "paid", "", now)
    return is_paid


@command(needs="returns.decide")
def waive_charge(actor: Actor, *, charge_id: int, why: str, now: datetime) -> None:
    """Let something owed go, with a reason; not by who made the quote. Raises: NotFound, NotPossible, WhyWaived,
    OwnQuote. Emits: RepairChargeSettled. Locks: the case, the repair.
    """
    row, one = _locked(actor, charge_id)
    if one.state != "due":
        raise errors.NotPossible(state=one.state, verb="waive")
    if not why.strip():
        raise WhyWaived
    makers = [one.made_by] if one.cause == "loaner" else []
    makers += RepairQuote.objects.filter(repair=row, state="approved").values_list("made_by", flat=True)
    behind = people.persons_behind([actor.id, *makers])
    if any(behind[maker] == behind[actor.id] for maker in makers):
        raise OwnQuote
    _settle(actor, row, one, "waived", why.strip()[:400], now)


def drop_charge(actor: Actor, row: Repair, now: datetime) -> None:
    """Let nothing be owed for a locked repair that is not done: what was paid goes back, the rest is dropped.

    A step of commands. Emits: RepairChargeSettled, RefundRequested.
    """
    one = RepairCharge.objects.filter(repair=row, cause="repair", state__in=("due", "paid")).first()
    if one is None:
        return
    left = payments.left_to_refund(one.account, one.currency)
    if left > 0:
        want = RefundWant(
            order=charge_facts(one, row), cause="other", currency=one.currency, amount_minor=left, reason=row.number,
            asked_by=actor.id,
        )  # fmt: skip
        request_refund(hands(actor, "payments.refund"), want=want, now=now)
    _settle(actor, row, one, "dropped", "", now)


def refuse_unpaid(row: Repair) -> None:
    """Refuse to let goods go while something is owed for their repair. Raises: StillOwed."""
    owed = RepairCharge.objects.filter(repair=row, state="due").first()
    if owed is not None:
        raise StillOwed(number=owed.number)


def _settle(actor: Actor, row: Repair, one: RepairCharge, state: str, why: str, now: datetime) -> None:
    changes = {"state": state, "settled_at": now, "settled_by": people.person_behind(actor.id), "why": why}
    RepairCharge.objects.filter(id=one.id).update(**changes)
    one.state = state
    settled = RepairChargeSettled(
        repair_id=row.id,
        number=row.number,
        charge_id=one.id,
        charge=one.number,
        state=state,
        paid_minor=one.paid_minor,
        currency=one.currency,
        why=why,
        simulated=row.simulated,
    )
    events.record(actor, [settled])

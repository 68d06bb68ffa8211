"""The audit by a person: approve, or send back with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.invoices import guard_credit, open_invoices
from steward.modules.orders.commands.late_audits import note_late
from steward.modules.orders.commands.moving import Move, lock_order, lock_orders, move_orders
from steward.modules.orders.commands.own_steps import refuse_pending
from steward.modules.orders.commands.screening import screen_locked
from steward.modules.orders.commands.verification import AwaitsVerification, verify_locked
from steward.modules.orders.events import OrderApproved
from steward.modules.orders.models import OrderFinding
from steward.modules.people import queries as people


class OwnEntry(errors.Refusal):
    """Refuse the audit of an order by whoever entered it, whatever their role. Source: ORD-3."""

    code = "own_entry"
    status = 403
    message = _("You entered this order yourself; another person has to audit it.")


class OwnMend(errors.Refusal):
    """Refuse the audit of an order by whoever mended it, whatever their role. Source: ORD-3."""

    code = "own_mend"
    status = 403
    message = _("You mended this order yourself; another person has to audit it.")


class OpenErrors(errors.Refusal):
    """Refuse to approve an order with open errors or conflicts."""

    code = "open_errors"
    status = 409
    message = _("Mend or accept the open findings and settle the conflict first.")


class HeldByScreening(errors.Refusal):
    """Refuse to approve what screening holds, until somebody has decided about the hold. Source: ORD-5."""

    code = "held_by_screening"
    status = 409
    message = _("Screening holds this order; release or reject it first.")


class ReasonMissing(errors.Refusal):
    """Refuse what needs a reason without one."""

    code = "reason_missing"
    status = 422
    message = _("Say why, so that the next person knows.")


@command(needs="orders.audit")
def approve_orders(
    actor: Actor,
    *,
    order_ids: Sequence[int],
    now: datetime,
    late_cause: str = "",
    late_note: str = "",
    over_credit: str = "",
) -> int:
    """Approve orders that wait for their audit; all of them, or none. `late_cause` says why where one is overdue,
    `over_credit` why where its buyer would owe more than their terms allow.

    Returns how many. Raises: NotFound, NotPossible, OwnEntry, OwnMend, OpenErrors, HeldByScreening,
    AwaitsVerification, StepsOpen, AboveCredit, WhyLate. Emits: OrderStateChanged, OrderApproved, AuditDelayed.
    Locks: orders, then buyers who pay later, each in id order.
    """
    found = lock_orders(order_ids)
    screen_locked(actor, list(found.values()), now)
    verify_locked(actor, list(found.values()), now)
    behind = people.persons_behind([actor.id, *(by for one in found.values() for by in one.mended_by)])
    for order_id in order_ids:
        if order_id not in found:
            raise errors.NotFound(key=order_id)
        one = found[order_id]
        if one.by_hand and one.entered_by == behind[actor.id]:
            raise OwnEntry
        if behind[actor.id] in [behind[by] for by in one.mended_by]:
            raise OwnMend
        if one.has_errors or one.has_conflict:
            raise OpenErrors
        if one.is_held:
            raise HeldByScreening
        if one.awaits_verification:
            raise AwaitsVerification
    refuse_pending(list(found.values()))
    beyond = guard_credit(list(found.values()), reason=over_credit, now=now)
    simulated = {one.id: one.simulated for one in found.values()}
    note_late(actor, simulated=simulated, now=now, cause=late_cause, note=late_note)
    move_orders(actor, [Move(one, "approve") for one in found.values()], now)
    open_invoices(actor, list(found.values()), now)
    events.record(
        actor,
        [
            OrderApproved(
                order_id=one.id,
                automatic=False,
                over_credit=over_credit.strip()[:200] if one.id in beyond else "",
                simulated=one.simulated,
            )
            for one in found.values()
        ],
    )
    return len(found)


@command(needs="orders.audit")
def send_back_order(
    actor: Actor, *, order_id: int, reason: str, now: datetime, late_cause: str = "", late_note: str = ""
) -> None:
    """Send an order back to be mended; the reason stands as an open finding until somebody has dealt with it.

    Raises: NotFound, NotPossible, ReasonMissing, WhyLate. Emits: OrderStateChanged, AuditDelayed.
    """
    if not reason.strip():
        raise ReasonMissing
    one = lock_order(order_id)
    note_late(actor, simulated={one.id: one.simulated}, now=now, cause=late_cause, note=late_note)
    move_orders(actor, [Move(one, "send_back", reason)], now)
    OrderFinding.objects.create(
        order_id=order_id, field="order", code="sent_back", severity="error", params={"reason": reason}
    )

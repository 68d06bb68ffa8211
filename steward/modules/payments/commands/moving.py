"""Move refunds from state to state: by the table, compare and set, one step written for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.modules.payments.commands.locking import lock_money
from steward.modules.payments.models import Refund, RefundStep
from steward.modules.payments.rules import refunds as rules

LONGEST_NOTE = 300


def lock_refund(number: str) -> Refund:
    """Lock one refund and its order's money. Raises: NotFound. Locks: the order's money, then the refund."""
    order_id = Refund.objects.filter(number=number).values_list("order_id", flat=True).first()
    if order_id is None:
        raise errors.NotFound(key=number)
    lock_money([order_id])
    return (
        Refund.objects.select_for_update(of=("self",), no_key=True)
        .select_related("request", "payment")
        .get(number=number)
    )


def move(actor: Actor, refund: Refund, verb: str, now: datetime, *, note: str = "", **changes: Any) -> None:
    """Carry out one transition of a locked refund and write the step. Raises: NotPossible; Stale."""
    before, after = refund.state, rules.next_state(refund.state, verb)
    changes |= {"state": after}
    if after != before:
        changes["state_since"] = now
    if after not in rules.MACHINE:
        changes["next_try_at"] = None
    if Refund.objects.filter(id=refund.id, state=before).update(**changes) != 1:
        raise errors.Stale
    for name, value in changes.items():
        setattr(refund, name, value)
    write_step(actor, refund, verb, before, now, note)


def write_step(actor: Actor, refund: Refund, verb: str, before: str, now: datetime, note: str) -> None:
    """Write what happened to a refund."""
    RefundStep.objects.create(
        refund=refund,
        at=now,
        verb=verb,
        before=before,
        after=refund.state,
        actor=actor.id,
        note=note[:LONGEST_NOTE],
    )

"""Follow what became of a check: the order goes on, goes back to be mended, or is asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals import queries as approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.verification import KIND, SUBJECT
from steward.modules.orders.models import OrderFinding, Verification


@command(needs="orders.advance")
def follow_settled(actor: Actor, *, settled: Sequence[ApprovalSettled], now: datetime) -> int:
    """Note how checks ended and move their orders on; a refusal stands as a finding with its reason until mended.

    What lapsed is asked for again. Returns how many rounds ended; a second run ends none.
    Emits: what advance_orders emits. Locks: orders in id order.
    """
    about = {one.approval_id: one for one in settled if (one.kind, one.about_kind) == (KIND, SUBJECT)}
    orders = lock_orders(one.about_id for one in about.values())
    rounds = list(Verification.objects.filter(approval_id__in=about, state="open").order_by("order_id"))
    if not rounds:
        return 0
    verdicts = _deciders(rounds)
    findings = []
    for one in rounds:
        end = about[one.approval_id or 0]
        one.state, one.settled_at = end.outcome, now
        one.checked_by = verdicts.get(one.order_id, "")
        if end.outcome == "refused" and orders[one.order_id].state != "cancelled":
            said = {"reason": end.reason}
            findings.append(
                OrderFinding(order_id=one.order_id, field="order", code="sent_back", severity="error", params=said)
            )
    Verification.objects.bulk_update(rounds, ["state", "settled_at", "checked_by"])
    OrderFinding.objects.bulk_create(findings)
    advance_orders(actor, order_ids=[one.order_id for one in rounds], now=now)
    return len(rounds)


def _deciders(rounds: Sequence[Verification]) -> dict[int, str]:
    """Name who decided last, by order."""
    views = {view.id: view for view in approvals.approvals_of(SUBJECT, [one.order_id for one in rounds], kind=KIND)}
    found = {one.order_id: views.get(one.approval_id or 0) for one in rounds}
    return {
        order_id: view.decisions[-1].decided_by
        for order_id, view in found.items()
        if view is not None and view.decisions
    }

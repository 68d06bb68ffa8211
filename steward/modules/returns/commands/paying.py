"""Let cases follow the refunds that carry their money back: paid, refused by a person, or failed and asked for anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments import queries as payments
from steward.modules.payments.queries.refunds import RequestEnd
from steward.modules.returns.commands.closing import close_if_done
from steward.modules.returns.commands.moving import lock_cases
from steward.modules.returns.events import CaseRefundSettled
from steward.modules.returns.models import Case, Piece, RefundDue


@command(needs="returns.refund")
def follow_refunds(
    actor: Actor, *, refund_ids: Sequence[int] = (), request_ids: Sequence[int] = (), now: datetime
) -> int:
    """Let refunds due be paid once all of their money went back, refused or failed where it will not.

    What failed frees its pieces: their money can be asked for again, less what of it was paid. A second run changes
    nothing. Returns how many moved. Emits: CaseRefundSettled, CaseClosed. Locks: the cases in id order.
    """
    ended = [one for one in payments.request_ends(refund_ids=refund_ids, request_ids=request_ids) if not one.is_open]
    ends = {one.request_id: one for one in ended}
    waiting = RefundDue.objects.filter(request_id__in=ends, state="asked")
    moved = 0
    for row in lock_cases(set(waiting.values_list("case_id", flat=True))):
        for refund in RefundDue.objects.filter(case=row, request_id__in=ends, state="asked").order_by("id"):
            _end(actor, row, refund, ends[refund.request_id or 0], now)
            moved += 1
        close_if_done(actor, row, now)
    return moved


def _end(actor: Actor, row: Case, refund: RefundDue, end: RequestEnd, now: datetime) -> None:
    state = (
        "paid" if end.paid_minor >= refund.amount_minor else "refused" if end.why and not end.paid_minor else "failed"
    )
    changes = {"state": state, "ended_at": now, "paid_minor": end.paid_minor, "why": end.why[:300]}
    RefundDue.objects.filter(id=refund.id, state="asked").update(**changes)
    if end.paid_minor:
        Case.objects.filter(id=row.id).update(refunded_minor=F("refunded_minor") + end.paid_minor)
        row.refunded_minor += end.paid_minor
    if state != "paid":
        Piece.objects.filter(case=row, refund=refund).update(refund=None, settled_at=None, settled_minor=0)
    settled = CaseRefundSettled(
        case_id=row.id,
        number=row.number,
        order_id=row.order_id,
        ticket_id=row.ticket_id,
        refund_id=refund.id,
        state=state,
        paid_minor=end.paid_minor,
        currency=row.currency,
        simulated=row.simulated,
    )
    events.record(actor, [settled])

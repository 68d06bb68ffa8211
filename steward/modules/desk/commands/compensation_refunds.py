"""Let compensations follow the refunds that carry them out: handed over is only what was paid (DSK-8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel import money
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.compensating import move_wish, tell_wish, wish_of
from steward.modules.desk.commands.complaint_rows import locked_complaint
from steward.modules.desk.models import Compensation, Complaint
from steward.modules.payments import queries as payments


@command(needs="desk.take_in")
def follow_refunds(actor: Actor, *, refund_ids: Sequence[int], request_ids: Sequence[int], now: datetime) -> int:
    """Let compensations follow the refunds that carry them out: handed over once all is paid, refused if nothing is.

    Where only a part was paid somebody hands over the rest. A second run changes nothing. Returns how many moved.
    Emits: CompensationMoved. Locks: the complaints in the order of the wishes.
    """
    ended = [one for one in payments.request_ends(refund_ids=refund_ids, request_ids=request_ids) if not one.is_open]
    ends = {one.request_id: one for one in ended}
    found = Compensation.objects.filter(refund_request_id__in=ends, state="granted").order_by("id")
    moved = 0
    for id_, number in found.values_list("id", "complaint__number"):
        row = locked_complaint(actor, number)
        wish = wish_of(row, id_)
        if wish.state != "granted" or wish.refund_request_id not in ends:
            continue
        end, moved = ends[wish.refund_request_id], moved + 1
        if end.paid_minor == wish.amount_minor:
            move_wish(actor, row, wish, "hand_over", wish.note, handed_over_at=now)
        elif not end.paid_minor:
            move_wish(actor, row, wish, "refuse", end.why or wish.note, note=f"{wish.note} {end.why}".strip()[:300])
        else:
            _leave_rest(actor, row, wish, end.paid_minor)
    return moved


def _leave_rest(actor: Actor, row: Complaint, wish: Compensation, paid_minor: int) -> None:
    """Leave to a person what a refund did not pay; the note says how much it did. Units: minor units."""
    paid = money.to_decimal(paid_minor, wish.currency)
    wish.note, wish.refund_request_id = f"{wish.note}: {paid} {wish.currency}"[:300], None
    wish.save(update_fields=["note", "refund_request_id"])
    tell_wish(actor, wish, row, wish.note)

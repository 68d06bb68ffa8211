"""Let refunds follow what approvals said about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.payments.commands.asking import KIND
from steward.modules.payments.commands.booking import call_off, give_up
from steward.modules.payments.commands.locking import lock_money
from steward.modules.payments.commands.moving import move
from steward.modules.payments.commands.requesting import ask_again, ready_state
from steward.modules.payments.events import RefundDecided
from steward.modules.payments.models import Refund, RefundRequest
from steward.modules.payments.rules import refunds as rules

LAPSED = "approval_lapsed"
PERSON = "person:"


@command(needs="payments.work")
def follow_approvals(actor: Actor, *, settled: Sequence[ApprovalSettled], now: datetime) -> int:
    """Send out what was granted, end what was refused, ask anew or call off what nobody decided in time.

    Only a request that still waits for this very approval moves, so a second run, or one that comes after the refund
    was called off or paid elsewhere, changes nothing. Returns how many requests moved.
    Emits: RefundDecided; RefundWithdrawn, RefundRequested. Locks: the orders' money, in id order, then the requests.
    """
    outcomes = {one.approval_id: one for one in settled if one.kind == KIND and one.outcome in rules.OUTCOMES}
    waiting = RefundRequest.objects.filter(approval_request_id__in=list(outcomes), approval="awaiting")
    lock_money(waiting.values_list("order_id", flat=True))
    requests = list(waiting.select_for_update(of=("self",)).order_by("id"))
    for request in requests:
        said = outcomes[request.approval_request_id or 0]
        request.approval, request.settled_at = rules.OUTCOMES[said.outcome], now
        request.save(update_fields=["approval", "settled_at"])
        if said.outcome == "expired":
            _lapse(actor, request, now)
        else:
            _decided(actor, request, said.reason, now)
    return len(requests)


def _decided(actor: Actor, request: RefundRequest, note: str, now: datetime) -> None:
    for refund in _waiting(request):
        if request.approval == "refused":
            give_up(actor, refund, "refuse", now, note=note)
            continue
        move(actor, refund, "approve", now, note=note, next_try_at=now)
        if ready_state(refund.provider, refund.simulated) == "by_hand":
            move(actor, refund, "hand_over", now)
    decided = RefundDecided(
        order_id=request.order_id,
        request_id=request.id,
        decision=request.approval,
        note=note,
        simulated=request.simulated,
    )
    log.record(actor, [decided])


def _lapse(actor: Actor, request: RefundRequest, now: datetime) -> None:
    """Call off what nobody decided in time; what is owed is asked for anew, of a wish its author is told."""
    refunds = _waiting(request)
    for refund in refunds:
        call_off(actor, refund, "lapse", LAPSED, now)
    if rules.is_asked_anew(request.cause):
        ask_again(actor, request, sum(refund.amount_minor for refund in refunds), now)
    elif refunds:
        _tell_author(actor, request, refunds[0].number, now)


def _tell_author(actor: Actor, request: RefundRequest, number: str, now: datetime) -> None:
    person = request.requested_by.removeprefix(PERSON)
    if person.isdigit():
        notice = Notice(
            staff_ids=[int(person)],
            kind="money",
            template="refund_lapsed",
            params={"subject": number, "order_number": request.order_number},
            subject_kind="refund",
            subject_id=request.id,
            dedupe_key=f"refund_lapsed:{request.id}",
            urgent=True,
            simulated=request.simulated,
        )
        notify_staff(actor, notices=[notice], now=now)


def _waiting(request: RefundRequest) -> list[Refund]:
    rows = Refund.objects.filter(request=request, state="awaiting_approval").order_by("id")
    return list(rows.select_for_update(of=("self",), no_key=True).select_related("request", "payment"))

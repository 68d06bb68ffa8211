"""Let compensations follow what others decide: a second person, the refund that carries them out, a shop's books.

Also taken back, and handed over by a person where nobody else can book it. Every second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals.commands import withdraw_approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.payments import queries as payments
from steward.modules.payments.commands.handovers import Settlement, settle_handovers
from steward.modules.payments.events import HandoverSettled
from steward.modules.people import queries as people
from steward.modules.returns.commands.compensating import KIND, SUBJECT
from steward.modules.returns.commands.goodwill_giving import REFERENCE, grant
from steward.modules.returns.commands.goodwill_moving import advance, locked, restate
from steward.modules.returns.models import Compensation


class SecondPersonNeeded(errors.Refusal):
    """Refuse that whoever proposed a compensation hands it over themselves."""

    code = "second_person_needed"
    status = 403
    message = _("You asked for this compensation, so somebody else has to hand it over.")


@command(needs="returns.compensate")
def follow_approvals(actor: Actor, *, settled: Sequence[ApprovalSettled], now: datetime) -> int:
    """Grant and give what a second person agreed to; refuse and free the rest. Returns how many moved.

    Emits: CompensationAdvanced and what giving emits. Locks: the compensations in id order, then as giving does.
    """
    verdicts = {one.about_id: one for one in settled if one.kind == KIND and one.about_kind == SUBJECT}
    rows = locked(verdicts, states=("proposed",))
    granted = [row for row in rows if verdicts[row.id].outcome == "granted"]
    refused = [row for row in rows if verdicts[row.id].outcome in ("refused", "expired")]
    for row in refused:
        row.why = verdicts[row.id].reason[:300]
    advance(actor, refused, "refuse", now)
    if granted:
        grant(actor, granted, now)
    return len(granted) + len(refused)


@command(needs="returns.compensate")
def follow_money(
    actor: Actor, *, refund_ids: Sequence[int] = (), request_ids: Sequence[int] = (), now: datetime
) -> int:
    """Let compensations follow the refunds that carry them out: given once all was paid, failed where nothing was.

    What was paid in part stays granted: a person hands over the rest. A second run moves nothing. Returns how many
    moved. Emits: CompensationAdvanced. Locks: the compensations, in id order, then their budgets.
    """
    found = payments.request_ends(refund_ids=refund_ids, request_ids=request_ids)
    ends = {one.request_id: one for one in found if not one.is_open}
    ids = Compensation.objects.filter(refund_request_id__in=ends, state="granted").values_list("id", flat=True)
    rows = locked(set(ids), states=("granted",))
    for row in rows:
        end = ends[row.refund_request_id or 0]
        row.given_minor, row.why = min(end.paid_minor, row.amount_minor), end.why[:300]
    advance(actor, [row for row in rows if row.given_minor == row.amount_minor], "give", now)
    advance(actor, [row for row in rows if not row.given_minor], "fail", now)
    in_part = [row for row in rows if 0 < row.given_minor < row.amount_minor]
    for row in in_part:
        row.refund_request_id = None
    restate(actor, in_part)
    return len(rows)


@command(needs="returns.compensate")
def follow_shops(actor: Actor, *, settled: Sequence[HandoverSettled], now: datetime) -> int:
    """Let compensations follow what shops say they handed over. Returns how many moved.

    Emits: CompensationAdvanced. Locks: the compensations, in id order, then their budgets.
    """
    said = {int(one.reference.removeprefix(REFERENCE)): one for one in settled if one.reference.startswith(REFERENCE)}
    rows = locked(said, states=("granted",))
    for row in rows:
        is_done = said[row.id].state == "handed_over"
        row.given_minor, row.why = row.amount_minor if is_done else 0, said[row.id].why[:300]
    advance(actor, [row for row in rows if row.given_minor], "give", now)
    advance(actor, [row for row in rows if not row.given_minor], "fail", now)
    return len(rows)


@command(needs="returns.compensate")
def hand_over_compensation(actor: Actor, *, compensation_id: int, note: str, now: datetime) -> None:
    """Note that a person handed over what was granted and no book of ours carries; not who proposed it.

    Raises: NotFound, NotPossible, SecondPersonNeeded. Emits: CompensationAdvanced, HandoverSettled. Locks: the
    compensation, its handover, its budgets.
    """
    row = _covered(actor, compensation_id)
    if row.state != "granted" or row.refund_request_id is not None:
        raise errors.NotPossible(state=row.state, verb="hand_over")
    behind = people.persons_behind([actor.id, row.proposed_by])
    if behind[actor.id] == behind[row.proposed_by]:
        raise SecondPersonNeeded
    row.given_minor, row.why = row.amount_minor, note.strip()[:300]
    advance(actor, [row], "give", now)
    if row.handover_id is not None:
        done = Settlement(handover_id=row.handover_id, outside_reference=note.strip()[:120])
        settle_handovers(_booker(actor), settlements=[done], now=now)


def _booker(actor: Actor) -> Actor:
    return Actor(
        id=actor.id, kind=actor.kind, permissions=actor.permissions | {"payments.wallets"}, scopes=actor.scopes
    )


@command(needs="returns.compensate")
def withdraw_compensation(actor: Actor, *, compensation_id: int, reason: str, now: datetime) -> None:
    """Take back what nobody has decided; its budgets are free again. Raises: NotFound, NotPossible.

    Emits: CompensationAdvanced, ApprovalSettled. Locks: the compensation, its budgets, the approval.
    """
    row = _covered(actor, compensation_id)
    row.why = reason.strip()[:300]
    advance(actor, [row], "withdraw", now)
    withdraw_approvals(actor, kind=KIND, subject_kind=SUBJECT, subject_ids=[row.id], reason=row.why, now=now)


def _covered(actor: Actor, compensation_id: int) -> Compensation:
    rows = locked([compensation_id])
    if not rows or not actor.covers(rows[0].shop):
        raise errors.NotFound(key=compensation_id)
    return rows[0]

"""Write what a case gives back, part by part, and ask payments for it: steps of the commands that settle cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from steward.kernel import events, money
from steward.kernel.actor import Actor
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments.commands import RefundWant, request_refund
from steward.modules.people import queries as people
from steward.modules.returns.events import CaseRefundAsked
from steward.modules.returns.models import Case, Inspection, Piece, QuotePart, RefundDue
from steward.modules.returns.queries.alone import POLICY
from steward.modules.returns.rules.quote import QuotePart as Part


def write_due(
    actor: Actor, row: Case, *, key: str, amount_minor: int, parts: Sequence[Part], now: datetime, **facts: Any
) -> RefundDue:
    """Write money that is due under the name of its step, with what it consists of. Units: minor currency units."""
    due = RefundDue.objects.create(
        case=row, key=key, amount_minor=amount_minor, asked_at=now, asked_by=actor.id, **facts
    )
    QuotePart.objects.bulk_create(
        QuotePart(
            refund=due,
            position=place,
            kind=part.kind,
            line_id=part.line_id,
            quantity=part.quantity,
            amount_minor=part.amount_minor,
            facts=dict(part.facts),
        )
        for place, part in enumerate(parts, start=1)
    )
    return due


def share_out(due: RefundDue, pieces: Sequence[Piece], worth_minor: int, now: datetime) -> None:
    """Share over pieces what they were worth, the odd units to the first; the shares sum. Units: minor units."""
    shares = money.allocate(worth_minor, [1] * len(pieces))
    for piece, share in zip(sorted(pieces, key=lambda one: one.id), shares, strict=True):
        piece.refund, piece.settled_at, piece.settled_minor = due, now, share
    Piece.objects.bulk_update(pieces, ["refund", "settled_at", "settled_minor"])


def ask_payments(actor: Actor, row: Case, due: RefundDue, pieces: Sequence[Piece], now: datetime) -> None:
    """Ask payments for what was written; above its limits people have to agree who had no hand in the case."""
    want = RefundWant(
        order=facts_of([row.order_id])[0],
        cause="return",
        currency=row.currency,
        amount_minor=due.amount_minor,
        reason=row.number,
        asked_by=actor.id,
        involved=_hands_of(row, pieces),
    )
    payer = dataclasses.replace(actor, permissions=actor.permissions | {"payments.refund"})
    receipt = request_refund(payer, want=want, now=now)
    RefundDue.objects.filter(id=due.id).update(request_id=receipt.request_id)
    asked = CaseRefundAsked(
        case_id=row.id,
        number=row.number,
        order_id=row.order_id,
        ticket_id=row.ticket_id,
        refund_id=due.id,
        request_id=receipt.request_id,
        amount_minor=due.amount_minor,
        currency=row.currency,
        early=due.early,
        simulated=row.simulated,
    )
    events.record(actor, [asked])


def _hands_of(row: Case, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Name who had a hand in a case: who opened it, decided it, looked at its goods."""
    looked = Inspection.objects.filter(piece_id__in=[piece.id for piece in pieces]).values_list(
        "inspected_by", flat=True
    )
    known = {row.requested_by, row.decider, *looked} - {"", POLICY}
    return tuple(sorted(set(people.persons_behind(known).values())))

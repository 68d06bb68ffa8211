"""Lock cases and carry out their transitions. Steps of commands: inside their transaction only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.returns.events import CaseClosed, CaseDecided, CasePieceMoved
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.rules import states

SUBJECT = "return"
ANSWER, INSPECTION = "case_decision", "inspection_decision"


def locked_case(actor: Actor, case_id: int) -> Case:
    """Lock one case. Raises: NotFound, also where the actor's program may not touch its shop."""
    found = (
        Case.objects.select_for_update(no_key=True, of=("self",)).select_related("reason").filter(id=case_id).first()
    )
    if found is None or not actor.covers(found.shop):
        raise errors.NotFound(key=case_id)
    return found


def locked_with_order(actor: Actor, case_id: int) -> Case:
    """Lock a case after its order, so that no other case of the order moves meanwhile. Raises: NotFound."""
    order_id = Case.objects.filter(id=case_id).values_list("order_id", flat=True).first()
    lock_orders([order_id] if order_id else [])
    return locked_case(actor, case_id)


def lock_cases(case_ids: Collection[int]) -> list[Case]:
    """Lock cases in id order; those that do not exist are left out."""
    rows = Case.objects.select_for_update(no_key=True, of=("self",)).select_related("reason")
    return list(rows.filter(id__in=list(case_ids)).order_by("id"))


def move_case(row: Case, verb: str, now: datetime, **changes: Any) -> None:
    """Carry out one transition of a locked case. Raises: NotPossible, Stale."""
    before, after = row.state, states.next_state(row.state, verb)
    changes |= {"state": after, "state_since": now}
    if Case.objects.filter(id=row.id, state=before).update(**changes) != 1:
        raise errors.Stale
    for name, value in changes.items():
        setattr(row, name, value)


def counted(piece: Piece) -> bool:
    """Tell whether a piece counts already or its money was asked for, whatever comes of it."""
    return piece.acceptance == "accepted" or piece.settled_at is not None


def pieces_of(row: Case) -> list[Piece]:
    """Lock the pieces of a locked case, by line and position."""
    rows = Piece.objects.select_for_update(no_key=True, of=("self",)).select_related("item").filter(case=row)
    return list(rows.order_by("id"))


def move_pieces(actor: Actor, row: Case, pieces: Collection[Piece], verb: str, now: datetime, **changes: Any) -> None:
    """Carry out one move of locked pieces of a case. Raises: NotPossible, Stale. Emits: CasePieceMoved."""
    by_state: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_state.setdefault(states.next_reception(piece.reception, verb), []).append(piece)
    for after, moved in by_state.items():
        ids = sorted(piece.id for piece in moved)
        before = {piece.reception for piece in moved}
        wanted = Piece.objects.filter(id__in=ids, reception__in=before)
        if wanted.update(reception=after, **changes) != len(ids):
            raise errors.Stale
        for piece in moved:
            piece.reception = after
            for name, value in changes.items():
                setattr(piece, name, value)
        told = CasePieceMoved(
            case_id=row.id,
            number=row.number,
            order_id=row.order_id,
            ticket_id=row.ticket_id,
            piece_ids=ids,
            after=after,
            at=now,
            simulated=row.simulated,
        )
        events.record(actor, [told])


def announce_decision(actor: Actor, rows: Collection[Case], verb: str, *, decider: str) -> None:
    """Tell of what was decided about cases. Emits: CaseDecided."""
    events.record(
        actor,
        [
            CaseDecided(
                case_id=row.id,
                number=row.number,
                order_id=row.order_id,
                ticket_id=row.ticket_id,
                kind=row.kind,
                verb=verb,
                state=row.state,
                decider=decider,
                quoted_minor=row.quoted_minor,
                currency=row.currency,
                simulated=row.simulated,
            )
            for row in rows
        ],
    )


def let_go(row: Case) -> None:
    """Let other cases claim the pieces of a case of which nothing was given back. Units are free from then on."""
    Piece.objects.filter(case=row, live=True, refund=None).update(live=False)


def announce_closed(actor: Actor, row: Case, now: datetime) -> None:
    """Tell that nothing is left to be done of a case; whatever limit still runs is called off. Emits: CaseClosed."""
    Case.objects.filter(id=row.id).update(closed_at=now)
    row.closed_at = now
    cancel_clocks(actor, stops=[ClockStop(SUBJECT, row.id, kind) for kind in (ANSWER, INSPECTION)], at=now)
    closed = CaseClosed(
        case_id=row.id,
        number=row.number,
        order_id=row.order_id,
        ticket_id=row.ticket_id,
        kind=row.kind,
        state=row.state,
        refunded_minor=row.refunded_minor,
        currency=row.currency,
        simulated=row.simulated,
    )
    events.record(actor, [closed])


def ask_for_answer(actor: Actor, rows: Collection[Case], now: datetime) -> None:
    """Start the limit within which requested cases are decided: a marketplace's, the policy's, else the usual one."""
    starts = [
        ClockStart(SUBJECT, row.id, ANSWER, now, {"kind": row.kind, "source": row.source}, simulated=row.simulated,
                   due_at=_answer_by(row, now))
        for row in rows
    ]  # fmt: skip
    start_clocks(actor, starts=starts, now=now)


def _answer_by(row: Case, now: datetime) -> datetime | None:
    """Tell until when the customer has to have an answer; None: as usual. A second look has a time of its own where
    the marketplace's is past.
    """
    hours = int(row.verdict.get("answer_within_h", 0))
    is_past = row.answer_due_at is not None and row.requested_at < now and row.answer_due_at < now
    outside = None if is_past else row.answer_due_at
    return outside or (now + timedelta(hours=hours) if hours else None)


def stop_clock(actor: Actor, rows: Collection[Case], kind: str, now: datetime) -> None:
    """Stop a limit of cases: what it asked for was done."""
    stop_clocks(actor, stops=[ClockStop(SUBJECT, row.id, kind) for row in rows], at=now)

"""Close cases of which nothing is left to be done."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.returns.commands.moving import announce_closed, locked_case, move_case, pieces_of
from steward.modules.returns.models import Case, Exchange, Piece, RefundDue
from steward.modules.returns.rules import exchange, states

WITH_MONEY = ("refund_only", "return_refund")


class NotDone(errors.Refusal):
    """Refuse to close a case of which something is still to be done."""

    code = "not_done"
    message = _("Pieces are on their way, wait to be judged, or their money has not gone back yet.")


def is_done(row: Case) -> bool:
    """Tell whether of an approved case all pieces are judged, and the money of those that count went back."""
    pieces = list(Piece.objects.filter(case=row).values_list("reception", "acceptance", "settled_at"))
    if row.state != "approved" or not states.is_settled((one[0], one[1]) for one in pieces):
        return False
    owed = row.kind in WITH_MONEY and any(one[1] == "accepted" and one[2] is None for one in pieces)
    return not owed and not RefundDue.objects.filter(case=row, state="asked").exists()


def is_exchanged(row: Case) -> bool:
    """Tell whether what is sent in the place of goods of a case has arrived, or will not be sent.

    What was let go with the case, and came with its goods after all, is set aside anew.
    """
    over = Exchange.objects.filter(case=row, state__in=exchange.OVER)
    return over.exclude(state="ended", why__in=exchange.WITH_THE_CASE).exists()


def close_if_done(actor: Actor, row: Case, now: datetime) -> bool:
    """Complete a locked case whose money went back, or whose replacement arrived. What is mended is closed by hand."""
    done = (row.kind in WITH_MONEY or is_exchanged(row)) and is_done(row)
    if done:
        _complete(actor, row, now)
    return done


@command(needs="returns.decide")
def complete_case(actor: Actor, *, case_id: int, now: datetime) -> None:
    """Close a case whose goods were exchanged, sent again or mended. Raises: NotFound, NotPossible, NotDone.

    Emits: CaseClosed. Locks: the case, its pieces.
    """
    row = locked_case(actor, case_id)
    pieces_of(row)
    states.next_state(row.state, "complete")
    waits = Exchange.objects.filter(case=row).exclude(state__in=("released", *exchange.OVER))
    if not is_done(row) or waits.exists():
        raise NotDone
    _complete(actor, row, now)


def _complete(actor: Actor, row: Case, now: datetime) -> None:
    move_case(row, "complete", now)
    Piece.objects.filter(case=row, live=True, refund=None).exclude(acceptance="accepted").update(live=False)
    announce_closed(actor, row, now)

"""Tell customers what became of their cases. Each thing is said once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from steward.kernel import languages
from steward.kernel.actor import Actor
from steward.modules.messaging.commands import Outgoing, send_messages
from steward.modules.orders.queries.addressing import addressed
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.rules import states


def tell_decided(actor: Actor, rows: Collection[Case], now: datetime) -> int:
    """Say that cases were approved, and until when the goods have to be sent, or refused and why."""
    return tell_news(actor, rows, "decided", _decision, now)


def tell_inspected(actor: Actor, row: Case, pieces: Collection[Piece], now: datetime) -> int:
    """Say what came of the goods that came back; of another look again."""
    accepted = sum(piece.acceptance == "accepted" for piece in pieces)
    rejected = sum(piece.acceptance == "rejected" for piece in pieces)

    def words(_row: Case) -> str:
        if not rejected:
            return _("Your goods arrived and were inspected: all %(count)s are accepted.") % {"count": accepted}
        return _(
            "Your goods arrived and were inspected: %(accepted)s accepted, %(rejected)s not. We will call you."
        ) % {
            "accepted": accepted,
            "rejected": rejected,
        }

    return tell_news(actor, [row], f"inspected:{accepted}:{rejected}", words, now)


def _decision(row: Case) -> str:
    if row.state == "refused":
        return _("We cannot agree: %(reason)s") % {"reason": row.refusal}
    if row.kind in states.SENT_BACK and row.return_by is not None:
        day = formats.date_format(localtime(row.return_by), "MONTH_DAY_FORMAT")
        return _("We agree. Please send the goods back by %(day)s.") % {"day": day}
    return (
        _("We agree and see to it at once; nothing has to be sent back.")
        if row.kind not in states.SENT_BACK
        else _("We agree. Please send the goods back.")
    )


def tell_news(actor: Actor, rows: Collection[Case], what: str, words: Callable[[Case], str], now: datetime) -> int:
    """Send a message about cases to their customers; `what` names it, so that it is said once. Returns how many."""
    orders = addressed({row.order_id for row in rows})
    messages = []
    for row in rows:
        if row.order_id not in orders:
            continue
        order = orders[row.order_id]
        facts: dict[str, Any] = {"order_number": order.number, "case_number": row.number}
        messages.append(
            Outgoing(
                template="case_news",
                customer_id=order.customer_id,
                subject_kind="order",
                subject_id=order.id,
                params={**facts, "news": languages.in_each(partial(words, row))},
                dedupe_key=f"case:{row.id}:{what}:{row.state}:{row.state_since:%Y%m%d%H%M%S}",
                simulated=order.simulated,
            )
        )
    return len(send_messages(actor, messages=messages, now=now)) if messages else 0

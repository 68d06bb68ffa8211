"""Take in that a customer wishes to be erased: somebody of the house sees to it. Source: CUS-6 (PIPL art. 47)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.opening import TicketDraft, open_tickets
from steward.modules.desk.models import ErasureWish
from steward.modules.desk.queries.erasure_wishes import is_erasure_asked

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('desk.erasure_wish', %s))"


class AskedAlready(errors.Refusal):
    """Refuse to ask a second time while the first is worked on."""

    code = "erasure_asked"
    status = 409
    message = _("You have asked for this already. We answer within 15 days.")


@command(needs="tickets.work")
def wish_erasure(actor: Actor, *, draft: TicketDraft, family: Collection[int], now: datetime) -> int:
    """Open the ticket that sees to it, unless one is at work already for this person. Returns its id.

    `family` are all buyers they were found to be. Raises: AskedAlready. Emits: TicketOpened.
    Locks: the person's wish, the ticket's clocks.
    """
    person = min(family)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [person])
    if is_erasure_asked(family):
        raise AskedAlready
    (ticket_id,) = open_tickets(actor, drafts=[draft], now=now)
    ErasureWish.objects.update_or_create(customer_id=person, defaults={"ticket_id": ticket_id, "asked_at": now})
    return ticket_id

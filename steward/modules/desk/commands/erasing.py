"""Forget what erased customers wrote and what was told them; that there was a ticket stays."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.models import Message, Ticket, Translation


@command(needs="desk.take_in")
def forget_words(actor: Actor, *, customer_ids: Sequence[int]) -> int:
    """Empty the texts of all tickets of erased customers, notes too: they may name them. Returns how many messages.

    Source: CUS-6.
    """
    Ticket.objects.filter(customer_id__in=customer_ids).exclude(subject="").update(subject="")
    theirs = Message.objects.filter(
        Q(ticket__customer_id__in=customer_ids) | Q(conversation__customer_id__in=customer_ids)
    )
    Translation.objects.filter(ticket__customer_id__in=customer_ids).delete()
    return theirs.update(text="", quoted="", html="", facts={}, attachment_ids=[])

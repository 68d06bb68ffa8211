"""Tell colleagues that a ticket was given to them, or that a note names them: steps of the commands that do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from steward.kernel.actor import Actor
from steward.modules.desk.models import Ticket
from steward.modules.messaging.commands.notifying import notify_staff
from steward.modules.messaging.rules.outgoing import Notice
from steward.modules.people import queries as people

LONGEST_TOLD = 200


def tell_named(actor: Actor, ticket: Ticket, *, named: Collection[int], note_id: int, text: str, now: datetime) -> None:
    """Tell those a note names, but not whoever wrote it."""
    whom = [id_ for id_ in named if id_ != actor.staff_id]
    notice = _notice(actor, ticket, "ticket_named", whom, text, f"ticket-named-{note_id}")
    notify_staff(actor, notices=[notice] if whom else [], now=now)


def tell_given(actor: Actor, tickets: Iterable[Ticket], *, to: int, note: str, now: datetime) -> None:
    """Tell somebody that tickets were handed to them."""
    if to == actor.staff_id:
        return
    at = now.isoformat()
    notices = [_notice(actor, one, "ticket_given", [to], note, f"ticket-given-{one.id}-{at}") for one in tickets]
    notify_staff(actor, notices=notices, now=now)


def tell_first_owners(actor: Actor, tickets: Iterable[Ticket], now: datetime) -> None:
    """Tell who took tickets first, and answers for them still, that these are open again with somebody else.

    Source: DSK-6, first-owner responsibility.
    """
    elsewhere = [one for one in tickets if one.first_owner_id not in (None, one.owner_id, actor.staff_id)]
    names = people.actor_names({f"person:{one.owner_id}" for one in elsewhere if one.owner_id}) if elsewhere else {}
    notices = []
    for one in elsewhere:
        key = f"ticket-first-owner-{one.id}-{one.reopened}"
        name = names.get(f"person:{one.owner_id}", "–")
        whom = [one.first_owner_id or 0]
        notices.append(_notice(actor, one, "ticket_first_owner", whom, one.subject or "–", key, name=name))
    notify_staff(actor, notices=notices, now=now)


def _notice(
    actor: Actor, ticket: Ticket, template: str, whom: list[int], text: str, key: str, *, name: str = ""
) -> Notice:
    return Notice(
        staff_ids=whom,
        kind="system",
        template=template,
        params={
            "subject": ticket.number,
            "colleague": name or people.actor_names([actor.id]).get(actor.id, actor.name),
            "words": text.strip()[:LONGEST_TOLD],
        },
        subject_kind="ticket",
        subject_id=ticket.id,
        dedupe_key=key,
        urgent=True,
        simulated=ticket.simulated,
    )

"""Look at tickets and write on them without treading on each other's feet: presence, and drafts (DSK-7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, parameters, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.chatting import attend_chats
from steward.modules.desk.models import Draft, Ticket
from steward.modules.desk.models.composing import DRAFT_KINDS

NEEDS = "tickets.view"
PACKAGE = "steward.modules.desk"
LONGEST_DRAFT = 20_000
# What browsers hear when somebody comes, goes, or begins to write; it is no event of the log.
PRESENCE = "presence.{ticket_id}."
PRESENT_S = parameters.define(
    "desk.present_s",
    60,
    unit="s",
    label=_("How long somebody counts as looking at a ticket after their browser last said so"),
    minimum=20,
    maximum=600,
)
WRITING_S = parameters.define(
    "desk.writing_s", 15, unit="s", label=_("How long somebody counts as writing after a key"), minimum=5, maximum=120
)


@command(needs=NEEDS)
def attend_ticket(actor: Actor, *, ticket_id: int, writes: bool, now: datetime, leaves: bool = False) -> bool:
    """Note that somebody has a ticket open, writes on it, or leaves it. Returns whether others see something new.

    Colleagues' browsers are told only then; who chats with us learns that somebody reads or writes. Raises: NotFound.
    """
    if actor.staff_id is None:
        return False
    if not Ticket.objects.filter(id=ticket_id).exists():
        raise errors.NotFound(key=ticket_id)
    columns: dict[str, Any] = {
        "ticket": ticket_id,
        "staff": actor.staff_id,
        "now": now,
        "until": now if leaves else now + timedelta(seconds=parameters.value(PRESENT_S)),
        "writing": now + timedelta(seconds=parameters.value(WRITING_S)) if writes and not leaves else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "attend"), columns)
        row = cursor.fetchone()
    was_there, was_writing = row or (False, False)
    changed = bool(leaves and was_there) or (not leaves and (not was_there or bool(was_writing) != writes))
    if not leaves:
        attend_chats(actor, ticket_id=ticket_id, writes=writes)
    if changed:
        events.notify_live([PRESENCE.format(ticket_id=ticket_id)])
    return changed


@command(needs="tickets.work")
def save_draft(actor: Actor, *, ticket_id: int, kind: str, text: str, now: datetime, macro: str = "") -> None:
    """Keep what somebody is writing on a ticket; an empty text forgets it. Raises: NotFound, NotPossible."""
    if kind not in DRAFT_KINDS or actor.staff_id is None:
        raise errors.NotPossible(state=kind, verb="draft")
    mine = Draft.objects.filter(ticket_id=ticket_id, staff_id=actor.staff_id)
    if not text.strip():
        mine.delete()
        return
    if not Ticket.objects.filter(id=ticket_id).exists():
        raise errors.NotFound(key=ticket_id)
    kept = {"kind": kind, "text": text[:LONGEST_DRAFT], "macro": macro[:40], "saved_at": now}
    Draft.objects.update_or_create(ticket_id=ticket_id, staff_id=actor.staff_id, defaults=kept)


@command(needs="tickets.work")
def drop_draft(actor: Actor, *, ticket_id: int) -> None:
    """Forget what somebody was writing: it was sent, or is not wanted."""
    Draft.objects.filter(ticket_id=ticket_id, staff_id=actor.staff_id or 0).delete()

"""Take complaints in: noticed by what a ticket is about, registered by people, or found to be none (DSK-8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands import complaint_clocks as clocks
from steward.modules.desk.commands.complaint_rows import (
    WORK,
    announce,
    change,
    check_people,
    filled,
    locked_complaint,
    refuse_own,
    type_of,
)
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.events import ComplaintRaised
from steward.modules.desk.models import Complaint, ComplaintType, Ticket
from steward.modules.desk.rules import complaints as rules

SEQUENCE, PREFIX = "desk_complaint_id_seq", "CP"


class ComplaintAlready(errors.Refusal):
    """Refuse a second complaint about the same ticket while one is under way."""

    code = "complaint_already"
    message = _("The complaint %(number)s about this ticket is under way already.")


class UnfitComplaint(errors.Refusal):
    """Refuse a complaint that says nothing, or that was told in the future."""

    code = "unfit_complaint"
    status = 422
    message = _("Write what the customer complains of, how it came, how serious it is, and when they said so.")


class ComplaintDraft(Struct, frozen=True, kw_only=True):
    """What is registered. What a ticket knows is taken from it where it is not given."""

    type: str
    words: str
    source: str = "ticket"
    seriousness: str = "normal"
    wants: str = ""
    reference: str = ""
    ticket_id: int | None = None
    customer_id: int | None = None
    order_id: int | None = None
    team: str = ""
    owner_id: int | None = None
    about_staff_id: int | None = None
    told_at: datetime | None = None


@command(needs=WORK)
def register_complaint(actor: Actor, *, draft: ComplaintDraft, now: datetime) -> str:
    """Register a complaint from a ticket or told directly; return its number. One noticed before becomes this one.

    Raises: NotFound, UnfitComplaint, ComplaintAlready, UnfitOwner, OwnComplaint. Emits: ComplaintMoved,
    ComplaintRaised. Locks: the ticket, the complaint, its clocks.
    """
    told_at = draft.told_at or now
    fits = draft.source in rules.SOURCES and draft.seriousness in rules.SERIOUSNESS and told_at <= now
    if not fits or not draft.words.strip():
        raise UnfitComplaint
    refuse_own(actor, draft.about_staff_id)
    check_people(team=draft.team, owner_id=draft.owner_id, about_staff_id=draft.about_staff_id)
    ticket = lock_tickets([draft.ticket_id])[draft.ticket_id] if draft.ticket_id else None
    facts = _facts(draft, ticket)
    old = Complaint.objects.filter(ticket=ticket, state__in=rules.LIVE).first() if ticket else None
    if old is not None and old.state != "noticed":
        raise ComplaintAlready(number=old.number)
    if old is not None:
        row = locked_complaint(actor, old.number)
        change(actor, row, "register", registered_at=now, **facts)
        clocks.say_again(actor, row, now)
    else:
        id_ = numbering.next_ids(SEQUENCE, 1)[0]
        row = _row(actor, id_, facts, draft.source, ticket, _told(draft, ticket, now), now)
        row.state, row.registered_at = "registered", now
        row.save(force_insert=True)
        clocks.begin(actor, [row], now)
        announce(actor, [row], "register", "")
        _raised(actor, [row], noticed=False)
    clocks.registered(actor, row, now)
    clocks.keep_due([row.id])
    return row.number


@command(needs="desk.take_in")
def notice_complaints(actor: Actor, *, ticket_ids: Sequence[int], now: datetime) -> int:
    """Note which tickets are complaints by what they are about; people register them. Returns how many are new.

    A ticket that had a complaint, or was found to be none, is not noticed again. Emits: ComplaintMoved,
    ComplaintRaised. Locks: tickets by id, their clocks.
    """
    types = _by_reason()
    categories = {reason.partition(".")[0] for reason in types}
    sorted_so = Ticket.objects.filter(id__in=sorted(set(ticket_ids)), category__in=categories)
    rows = list(sorted_so.exclude(closed_as__in=("spam", "merged")).select_for_update().order_by("id"))
    known = set(Complaint.objects.filter(ticket__in=rows).values_list("ticket_id", flat=True)) if rows else set()
    about = [
        (row, kind)
        for row in rows
        if row.id not in known and (kind := types.get(f"{row.category}.{row.sub_reason}")) is not None
    ]
    if not about:
        return 0
    made = []
    for id_, (ticket, kind) in zip(numbering.next_ids(SEQUENCE, len(about)), about, strict=True):
        facts = {"type": kind, "customer_id": ticket.customer_id, "order_id": ticket.order_id, "team": ticket.team}
        made.append(_row(actor, id_, facts, "ticket", ticket, min(ticket.heard_at, now), now))
    Complaint.objects.bulk_create(made)
    clocks.begin(actor, made, now)
    announce(actor, made, "notice", "")
    _raised(actor, made, noticed=True)
    clocks.keep_due([row.id for row in made])
    return len(made)


@command(needs=WORK)
def dismiss_complaint(actor: Actor, *, number: str, reason: str, now: datetime) -> None:
    """Say that what was noticed is no complaint, and why; its clocks are called off.

    Raises: NotFound, NotPossible, WordsNeeded, OwnComplaint. Emits: ComplaintMoved. Locks: it, its clocks.
    """
    row = locked_complaint(actor, number)
    change(actor, row, "dismiss", reason=filled(reason))
    clocks.call_off(actor, row, now, "dismissed")
    clocks.keep_due([row.id])


def _by_reason() -> dict[str, ComplaintType]:
    rows = ComplaintType.objects.filter(active=True).exclude(reasons=[]).order_by("-position", "-id")
    return {reason: row for row in rows for reason in row.reasons}


def _facts(draft: ComplaintDraft, ticket: Ticket | None) -> dict[str, Any]:
    return {
        "type": type_of(draft.type),
        "seriousness": draft.seriousness,
        "words": draft.words.strip()[:2000],
        "wants": draft.wants.strip()[:400],
        "reference": draft.reference.strip()[:60],
        "customer_id": draft.customer_id or (ticket.customer_id if ticket else None),
        "order_id": draft.order_id or (ticket.order_id if ticket else None),
        "team": draft.team or (ticket.team if ticket else ""),
        "owner_id": draft.owner_id,
        "about_staff_id": draft.about_staff_id,
    }


def _told(draft: ComplaintDraft, ticket: Ticket | None, now: datetime) -> datetime:
    """Tell when the customer complained: as said, else with their last word, else now."""
    return draft.told_at or (min(ticket.heard_at, now) if ticket else now)


def _row(
    actor: Actor, id_: int, facts: dict[str, Any], source: str, ticket: Ticket | None, told_at: datetime, now: datetime
) -> Complaint:
    return Complaint(
        id=id_,
        number=numbering.number(PREFIX, id_, now),
        source=source,
        ticket=ticket,
        told_at=told_at,
        opened_at=now,
        opened_by=actor.id,
        simulated=ticket.simulated if ticket else False,
        **facts,
    )


def _raised(actor: Actor, rows: Sequence[Complaint], *, noticed: bool) -> None:
    """Leave a line in the history of the tickets."""
    told = [
        ComplaintRaised(
            ticket_id=row.ticket_id, complaint_id=row.id, number=row.number, noticed=noticed, simulated=row.simulated
        )
        for row in rows
        if row.ticket_id is not None
    ]
    events.record(actor, told)

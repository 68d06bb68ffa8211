"""Read calls, their clocks, who is to be called back, and what rings for somebody now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from msgspec import Struct

from steward.kernel import errors, personal
from steward.modules.customers.queries.contact import Contact, contacts
from steward.modules.deadlines.queries import ClockView, clocks_of, next_clocks
from steward.modules.desk.models import Call, CallBack, Extension
from steward.modules.people import queries as people

LIVE = ("ringing", "answered", "held")
# A call whose end was never told is not shown as ringing for ever.
LOST_AFTER = timedelta(hours=4)


class CallView(Struct, frozen=True, kw_only=True):
    """One call; the caller masked. Units: `held_s`, `waited_s` (from ring to answer or end) seconds."""

    id: int
    box: str
    direction: str
    state: str
    caller: str
    customer_id: int | None
    called: str
    extension: str
    staff_id: int | None
    staff_name: str
    ticket_id: int | None
    ticket_number: str
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    waited_s: int | None
    held_s: int
    transfers: int
    recording_url: str
    first_told_at: datetime
    clock: ClockView | None = None


class CallPage(Struct, frozen=True):
    """Calls, newest first; `next_before` leads to older ones."""

    rows: list[CallView]
    next_before: int | None


class CallBackView(Struct, frozen=True, kw_only=True):
    """A customer to be called back; masked. `missed` counts the calls nobody answered."""

    id: int
    call_id: int
    customer_id: int
    caller: str
    missed: int
    opened_at: datetime
    due_at: datetime
    state: str
    note: str
    settled_at: datetime | None


def calls_page(*, state: str = "", before_id: int | None = None, limit: int = 50) -> CallPage:
    """List calls; `state` "live" are those that ring or are spoken on."""
    rows = Call.objects.order_by("-id")
    if state == "live":
        rows = rows.filter(state__in=LIVE)
    elif state:
        rows = rows.filter(state=state)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    found = list(rows.select_related("ticket")[: limit + 1])
    return CallPage(_views(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def call(call_id: int) -> CallView:
    """Read one call. Raises: NotFound."""
    row = Call.objects.select_related("ticket").filter(id=call_id).first()
    if row is None:
        raise errors.NotFound(key=call_id)
    return _views([row], whole=True)[0]


def calls_for(staff_id: int, *, now: datetime) -> list[CallView]:
    """List what rings for somebody now, or what they are speaking on; newest first."""
    rows = Call.objects.select_related("ticket").filter(
        staff_id=staff_id, state__in=LIVE, direction="in", first_told_at__gt=now - LOST_AFTER
    )
    return _views(list(rows.order_by("-id")[:3]))


def call_backs(*, state: str = "open", limit: int = 100) -> list[CallBackView]:
    """List who is to be called back, the most urgent first; settled ones newest first."""
    order = ("due_at", "id") if state == "open" else ("-settled_at", "-id")
    rows = list(CallBack.objects.filter(state=state).order_by(*order)[:limit])
    known = contacts({row.customer_id for row in rows})
    return [
        CallBackView(
            id=row.id,
            call_id=row.call_id,
            customer_id=row.customer_id,
            caller=masked(known.get(row.customer_id)),
            missed=row.missed,
            opened_at=row.opened_at,
            due_at=row.due_at,
            state=row.state,
            note=row.note,
            settled_at=row.settled_at,
        )
        for row in rows
    ]


def waiting_call_backs() -> int:
    """Count who is to be called back."""
    return CallBack.objects.filter(state="open").count()


def extensions(box: str) -> dict[str, int]:
    """Return whose telephone each extension of a system is."""
    return dict(Extension.objects.filter(box=box).order_by("number").values_list("number", "staff_id"))


def call_names(ids: Collection[int]) -> dict[int, str]:
    """Name calls for notices about their time limits."""
    rows = Call.objects.filter(Q(id__in=list(ids)))
    known = contacts({row.customer_id for row in rows if row.customer_id is not None})
    return {row.id: masked(known.get(row.customer_id or 0)) for row in rows}


def masked(contact: Contact | None) -> str:
    """Show who calls: name and number, both masked; empty for a withheld number."""
    if contact is None or contact.erased:
        return ""
    parts = (personal.masked_name(contact.name), personal.masked_phone(contact.phone) if contact.phone else "")
    return " ".join(part for part in parts if part)


def _views(rows: Sequence[Call], *, whole: bool = False) -> list[CallView]:
    known = contacts({row.customer_id for row in rows if row.customer_id is not None})
    staff = people.staff_contact({row.staff_id for row in rows if row.staff_id is not None})
    clocks = {one.id: found[-1] for one in rows if (found := clocks_of("call", one.id))} if whole else {}
    clocks = clocks or next_clocks("call", [row.id for row in rows])
    return [
        CallView(
            id=row.id,
            box=row.box,
            direction=row.direction,
            state=row.state,
            caller=masked(known.get(row.customer_id or 0)),
            customer_id=row.customer_id,
            called=row.called,
            extension=row.extension,
            staff_id=row.staff_id,
            staff_name=staff[row.staff_id].name if row.staff_id in staff else "",
            ticket_id=row.ticket_id,
            ticket_number=row.ticket.number if row.ticket else "",
            rang_at=row.rang_at,
            answered_at=row.answered_at,
            ended_at=row.ended_at,
            waited_s=_waited_s(row),
            held_s=row.held_s,
            transfers=row.transfers,
            recording_url=row.recording_url,
            first_told_at=row.first_told_at,
            clock=clocks.get(row.id),
        )
        for row in rows
    ]


def _waited_s(row: Call) -> int | None:
    end = row.answered_at or row.ended_at
    return max(0, int((end - row.rang_at).total_seconds())) if row.rang_at and end else None

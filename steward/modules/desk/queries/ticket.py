"""One ticket: what is true of it, who it is with, what hangs on it, and everything said in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from msgspec import Struct

from steward.kernel import errors
from steward.modules.deadlines.queries import ClockView, clocks_of
from steward.modules.desk.models import Conversation, Link, Merge, Message, Ticket, Watcher
from steward.modules.desk.queries.inbox import SUBJECT
from steward.modules.desk.queries.names import MaskedCustomer, masked_customers, staff_names
from steward.modules.messaging.queries.attachments import AttachmentView, attachments
from steward.modules.messaging.queries.chats import states_of

LONGEST_THREAD = 200


class ConversationView(Struct, frozen=True):
    """One thread on one channel that an answer may leave by."""

    id: int
    channel: str
    box: str
    customer_id: int | None
    heard_at: datetime
    visit_id: int | None = None
    holder: str = ""


class LinkView(Struct, frozen=True):
    """Another ticket that has to do with this one."""

    ticket_id: int
    number: str
    subject: str
    state: str
    kind: str


class MergeView(Struct, frozen=True):
    """A ticket that went into this one, or the one this went into; `merge_id` takes it back."""

    merge_id: int
    ticket_id: int
    number: str
    subject: str
    at: datetime


class TicketView(Struct, frozen=True, kw_only=True):
    """All that is true of one ticket."""

    id: int
    number: str
    state: str
    closed_as: str
    priority: str
    urgency: str
    special: bool
    special_reason: str
    category: str
    sub_reason: str
    sorted_by: str
    subject: str
    channel: str
    language: str
    customer_id: int | None
    customer: MaskedCustomer | None
    order_id: int | None
    owner_id: int | None
    owner: str
    first_owner_id: int | None
    first_owner: str
    team: str
    tags: list[str]
    opened_at: datetime
    heard_at: datetime
    answered_at: datetime | None
    awaits_since: datetime | None
    snoozed_until: datetime | None
    reopened: int
    due_kind: str
    simulated: bool
    clocks: list[ClockView]
    watchers: dict[int, str]
    conversations: list[ConversationView]
    links: list[LinkView]
    merged: list[MergeView]
    merged_into: MergeView | None

    @property
    def clock(self) -> ClockView | None:
        """Return the clock that is due next; what stands still comes last."""
        running = [one for one in self.clocks if one.stopped_at is None]
        return min(running, key=lambda one: (one.due_at is None, one.due_at or one.started_at), default=None)


class MessageView(Struct, frozen=True, kw_only=True):
    """One thing said. `state` tells what became of an answer; a held one can be taken back until `sends_at`.

    `seen` tells of an answer in a chat whether its visitor's browser has it (delivered) or they read it (read).
    """

    id: int
    kind: str
    author: str
    staff_id: int | None
    who: str
    channel: str
    at: datetime
    text: str
    quoted: str
    language: str
    state: str
    error: str
    automatic: bool
    then: str
    sends_at: datetime | None
    files: list[AttachmentView]
    mentions: list[str]
    seen: str = ""


class Thread(Struct, frozen=True):
    """What was said, oldest first, and before which message there is more (None: nothing)."""

    messages: list[MessageView]
    before: int | None
    last_inbound_id: int


def ticket_id(number: str) -> int:
    """Find a ticket by its number, or by its id written out. Raises: NotFound."""
    key = number.strip().upper()
    wanted = Q(number=key) | (Q(id=int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else Q())
    found = Ticket.objects.filter(wanted if key else Q(id=0)).values_list("id", flat=True).first()
    if found is None:
        raise errors.NotFound(key=number)
    return found


def get_ticket(key: str | int) -> TicketView:
    """Collect one ticket by its id or number, in a constant number of statements. Raises: NotFound."""
    wanted = Q(id=key) if isinstance(key, int) else Q(number=key.strip().upper())
    row = Ticket.objects.filter(wanted).first()
    if row is None:
        raise errors.NotFound(key=key)
    watchers = list(Watcher.objects.filter(ticket_id=row.id).order_by("id").values_list("staff_id", flat=True))
    names = staff_names({row.owner_id, row.first_owner_id, *watchers})
    customers = masked_customers({row.customer_id} if row.customer_id else set())
    threads = Conversation.objects.filter(ticket_id=row.id).order_by("-heard_at", "-id")
    into, merged = _merges(row.id)
    return TicketView(
        **{name: getattr(row, name) for name in PLAIN},
        customer=customers.get(row.customer_id or 0),
        owner=names.get(row.owner_id or 0, ""),
        first_owner=names.get(row.first_owner_id or 0, ""),
        clocks=clocks_of(SUBJECT, row.id),
        watchers={id_: names.get(id_, "") for id_ in watchers},
        conversations=[ConversationView(*each) for each in threads.values_list(*CONVERSATION)],
        links=_links(row.id),
        merged=merged,
        merged_into=into,
    )


CONVERSATION = ("id", "channel", "box", "customer_id", "heard_at", "visit_id", "holder")
PLAIN = (
    "id", "number", "state", "closed_as", "priority", "urgency", "special", "special_reason", "category", "sub_reason",
    "sorted_by", "subject", "channel", "language", "customer_id", "order_id", "owner_id", "first_owner_id", "team",
    "tags", "opened_at", "heard_at", "answered_at", "awaits_since", "snoozed_until", "reopened", "due_kind",
    "simulated",
)  # fmt: skip


def _links(ticket_id: int) -> list[LinkView]:
    rows = Link.objects.filter(Q(ticket_id=ticket_id) | Q(other_id=ticket_id)).select_related("ticket", "other")
    found = []
    for row in rows.order_by("id"):
        other = row.other if row.ticket_id == ticket_id else row.ticket
        found.append(LinkView(other.id, other.number, other.subject, other.state, row.kind))
    return found


def _merges(ticket_id: int) -> tuple[MergeView | None, list[MergeView]]:
    """List what was merged with a ticket and is still so: into which one it went, and what went into it."""
    rows = Merge.objects.filter(Q(ticket_id=ticket_id) | Q(into_id=ticket_id), undone_at=None)
    gone, come = None, []
    for row in rows.select_related("ticket", "into").order_by("id"):
        other = row.into if row.ticket_id == ticket_id else row.ticket
        view = MergeView(row.id, other.id, other.number, other.subject, row.at)
        if row.ticket_id == ticket_id:
            gone = view
        else:
            come.append(view)
    return gone, come


def thread(ticket_id: int, *, before: int | None = None, limit: int = 50) -> Thread:
    """Read what was said in a ticket, oldest first, upwards from the newest or from before a message."""
    limit = max(1, min(limit, LONGEST_THREAD))
    found = Message.objects.filter(ticket_id=ticket_id)
    inbound = found.filter(kind="inbound").order_by("-id").values_list("id", flat=True).first()
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found.select_related("conversation").order_by("-id")[: limit + 1])
    shown = rows[:limit][::-1]
    names = staff_names({row.staff_id for row in shown} | {id_ for row in shown for id_ in row.mentions})
    file_ids = {id_ for row in shown for id_ in row.attachment_ids}
    files = {one.id: one for one in attachments(file_ids)} if file_ids else {}
    chatted = [row.outbox_id for row in shown if row.outbox_id and row.conversation and row.conversation.visit_id]
    seen = states_of(chatted) if chatted else {}
    views = [_message(row, names, files, seen.get(row.outbox_id or 0, "")) for row in shown]
    return Thread(views, shown[0].id if len(rows) > limit else None, inbound or 0)


def _message(row: Message, names: Mapping[int, str], files: Mapping[int, AttachmentView], seen: str) -> MessageView:
    return MessageView(
        id=row.id,
        kind=row.kind,
        author=row.author,
        staff_id=row.staff_id,
        who=names.get(row.staff_id or 0, ""),
        channel=row.conversation.channel if row.conversation else "",
        at=row.at,
        text=row.text,
        quoted=row.quoted,
        language=row.language,
        state=row.state,
        error=row.error,
        automatic=row.automatic,
        then=row.then,
        sends_at=row.sends_at,
        files=[files[id_] for id_ in row.attachment_ids if id_ in files],
        mentions=[names.get(id_, "") for id_ in row.mentions],
        seen=seen,
    )

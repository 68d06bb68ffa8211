"""What the API says of tickets, and takes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema

from steward.interfaces.api.schemas import BIGGEST_ID, Input, Plain, Text
from steward.modules.desk.queries.inbox import TicketRow
from steward.modules.desk.queries.ticket import TicketView
from steward.modules.desk.rules.tickets import PRIORITIES, URGENCIES

RowId = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Words = Annotated[str, Field(max_length=20_000, pattern=Plain)]
Reason = Annotated[str, Field(max_length=400, pattern=Plain)]


def one_of(codes: tuple[str, ...]) -> str:
    """Write a pattern that takes just these words."""
    return "^(" + "|".join(codes) + ")$"


class TicketItem(Schema):
    """One ticket of a list. `due_at` is that of the clock due next; `customer` is masked."""

    id: int
    number: str
    state: str
    closed_as: str
    priority: str
    urgency: str
    special: bool
    category: str
    subject: str
    channel: str
    customer_id: int | None
    order_id: int | None
    owner_id: int | None
    team: str
    opened_at: datetime
    heard_at: datetime
    awaits_since: datetime | None
    snoozed_until: datetime | None
    due_at: datetime | None
    due_kind: str
    simulated: bool

    @staticmethod
    def resolve_due_at(row: TicketRow | TicketView) -> datetime | None:
        """Give when the clock that is due next is due."""
        return row.clock.due_at if row.clock else None

    @staticmethod
    def resolve_due_kind(row: TicketRow | TicketView) -> str:
        """Name the clock that is due next."""
        return row.clock.kind if row.clock else ""


class TicketPage(Schema):
    """Active ones by the clock that is due next, ended ones newest first; go on with `after` = `next_after`."""

    rows: list[TicketItem]
    next_after: str


class TicketClock(Schema):
    """One limit of a ticket."""

    kind: str
    cycle: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    outcome: str


class TicketConversation(Schema):
    """One thread on one channel that an answer may leave by."""

    id: int
    channel: str
    box: str
    heard_at: datetime


class TicketLink(Schema):
    """Another ticket that has to do with this one."""

    ticket_id: int
    number: str
    kind: str


class TicketMerge(Schema):
    """A ticket that went into this one; `merge_id` takes it back."""

    merge_id: int
    ticket_id: int
    number: str


class TicketStepItem(Schema):
    """One step of a ticket's flow. `by_itself`: it ticks when its event happens. `outcomes`: what may come of it."""

    id: int
    code: str
    label: str
    role: str
    state: str
    by_itself: bool
    optional: bool
    opened_at: datetime | None
    ended_at: datetime | None
    why: str
    outcome: str
    outcomes: dict[str, str]


class TicketLikeness(Schema):
    """A ticket of the same customer that may be about the same. `percent`: how alike their words are."""

    number: str
    subject: str
    state: str
    opened_at: datetime
    percent: int
    same_order: bool


class TicketFull(TicketItem):
    """All that is true of one ticket."""

    special_reason: str
    sub_reason: str
    sorted_by: str
    language: str
    first_owner_id: int | None
    tags: list[str]
    answered_at: datetime | None
    reopened: int
    clocks: list[TicketClock]
    conversations: list[TicketConversation]
    links: list[TicketLink]
    merged: list[TicketMerge]
    merged_into: TicketMerge | None
    flow: str = ""
    steps: list[TicketStepItem] = []
    looks_like: list[TicketLikeness] = []


class TicketMessage(Schema):
    """One thing said. `state` tells what became of an answer; a held one can be taken back until `sends_at`."""

    id: int
    kind: str
    author: str
    staff_id: int | None
    channel: str
    at: datetime
    text: str
    quoted: str
    language: str
    state: str
    error: str
    automatic: bool
    sends_at: datetime | None


class TicketThread(Schema):
    """What was said, oldest first; earlier ones with `before`, where there are any."""

    messages: list[TicketMessage]
    before: int | None


class TicketInput(Input):
    """A matter to open a ticket for, with what was told as its first word."""

    channel: str = Field("app", pattern=one_of(("phone", "counter", "app", "email", "chat", "social")))
    box: Annotated[str, Field(max_length=80, pattern=Plain)] = "api"
    subject: Text = ""
    text: Words = ""
    customer_id: RowId | None = None
    order: Text = Field("", description="The order's number")
    category: Text = ""
    sub_reason: Text = ""
    urgency: str = Field("normal", json_schema_extra={"enum": list(URGENCIES)}, pattern=one_of(URGENCIES))
    priority: str = Field("normal", json_schema_extra={"enum": list(PRIORITIES)}, pattern=one_of(PRIORITIES))


class TicketFacts(Input):
    """What to set of a ticket; what is not named stays."""

    category: Text | None = None
    sub_reason: Text | None = None
    urgency: str | None = Field(None, pattern=one_of(URGENCIES))
    priority: str | None = Field(None, pattern=one_of(PRIORITIES))
    tags: list[Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]] | None = Field(None, max_length=20)
    reason: Reason = ""

    def given(self) -> dict[str, Any]:
        """Return what is named, without the reason."""
        return {name: value for name, value in self.model_dump(exclude={"reason"}).items() if value is not None}


class TicketAct(Input):
    """What is done with a ticket.

    `reason`: the note of a hand-over, or why. `ticket_ids`: what goes into this one, or hangs together with it.
    `message_ids`: what is split off. `merge_id`, `step_id`: what is meant. `outcome`: what came of a step that has
    several outcomes.
    """

    act: Literal[
        "take", "hand_over", "note", "open", "wait_for_customer", "wait_for_third", "solve", "reopen", "reject",
        "snooze", "special", "not_special", "watch", "unwatch", "merge", "unmerge", "link", "unlink", "split",
        "do_step", "skip_step",
    ]  # fmt: skip
    reason: Words = ""
    staff_id: RowId | None = None
    until: datetime | None = None
    ticket_ids: list[RowId] = Field(default_factory=list, max_length=50)
    message_ids: list[RowId] = Field(default_factory=list, max_length=500)
    merge_id: RowId | None = None
    step_id: RowId | None = None
    outcome: str = Field("", max_length=20)


class AnswerInput(Input):
    """What to say to the customer. `seen_message_id` is the last message whoever writes has read."""

    text: Words = Field(min_length=1)
    then: str = Field("", pattern=one_of(("", "wait_for_customer", "wait_for_third", "solve")))
    conversation_id: RowId | None = None
    seen_message_id: RowId | None = None
    automatic: bool = False

"""What the desk announces of tickets, calls and chats.

Every event names its ticket; `order_id` is 0 where a ticket is about no order.
"""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import Event


class TicketOpened(Event, frozen=True, kw_only=True):
    """A matter came up: a customer wrote or called, or somebody opened a ticket for them."""

    KIND = "desk.ticket_opened"
    SUBJECT = "ticket"
    ticket_id: int
    number: str
    channel: str
    customer_id: int | None
    order_id: int = 0


class TicketContinued(Event, frozen=True, kw_only=True):
    """A customer said something more. `reopened`: the ticket was solved or closed before; `thanks`: merely that."""

    KIND = "desk.ticket_continued"
    SUBJECT = "ticket"
    ticket_id: int
    message_id: int
    channel: str
    reopened: bool = False
    thanks: bool = False


class TicketAnswered(Event, frozen=True, kw_only=True):
    """An answer left for the customer. `automatic`: nobody wrote it. `first`: the first one by a person."""

    KIND = "desk.ticket_answered"
    SUBJECT = "ticket"
    ticket_id: int
    message_id: int
    channel: str
    staff_id: int | None
    automatic: bool
    first: bool = False


class AnswerFailed(Event, frozen=True, kw_only=True):
    """An answer did not get through, so that no clock stopped for it."""

    KIND = "desk.answer_failed"
    SUBJECT = "ticket"
    ticket_id: int
    message_id: int
    reason: str


class TicketNoted(Event, frozen=True, kw_only=True):
    """Somebody left a note for colleagues; `mentions` are the people it names."""

    KIND = "desk.ticket_noted"
    SUBJECT = "ticket"
    ticket_id: int
    message_id: int
    mentions: list[int] = []


class TicketMoved(Event, frozen=True, kw_only=True):
    """A ticket changed its state. `verb` is a word of the table of transitions."""

    KIND = "desk.ticket_moved"
    SUBJECT = "ticket"
    ticket_id: int
    verb: str
    before: str
    after: str
    reason: str = ""
    closed_as: str = ""


class TicketOwned(Event, frozen=True, kw_only=True):
    """A ticket changed hands. `how`: taken, given, routed, escalated, returned (to nobody)."""

    KIND = "desk.ticket_owned"
    SUBJECT = "ticket"
    ticket_id: int
    before_id: int | None
    after_id: int | None
    how: str
    note: str = ""


class TicketRestated(Event, frozen=True, kw_only=True):
    """Something about a ticket was set: category, urgency, priority, special, order, tags. Old and new by name."""

    KIND = "desk.ticket_restated"
    SUBJECT = "ticket"
    ticket_id: int
    before: dict[str, str]
    after: dict[str, str]
    reason: str = ""


class TicketSnoozed(Event, frozen=True, kw_only=True):
    """A ticket is out of sight until then (None: it is back). Its clocks run on."""

    KIND = "desk.ticket_snoozed"
    SUBJECT = "ticket"
    ticket_id: int
    until: datetime | None


class TicketsMerged(Event, frozen=True, kw_only=True):
    """One ticket went into another; what was said in it is read there now."""

    KIND = "desk.tickets_merged"
    SUBJECT = "ticket"
    ticket_id: int
    into_id: int
    merge_id: int


class TicketsUnmerged(Event, frozen=True, kw_only=True):
    """A merge was taken back."""

    KIND = "desk.tickets_unmerged"
    SUBJECT = "ticket"
    ticket_id: int
    into_id: int
    merge_id: int


class TicketSplit(Event, frozen=True, kw_only=True):
    """A part of what was said became a ticket of its own."""

    KIND = "desk.ticket_split"
    SUBJECT = "ticket"
    ticket_id: int
    new_id: int
    message_ids: list[int]


class StepOpened(Event, frozen=True, kw_only=True):
    """It is the turn of a step of a ticket's flow; `role` answers for it."""

    KIND = "desk.step_opened"
    SUBJECT = "ticket"
    ticket_id: int
    step_id: int
    step: str
    role: str


class StepEnded(Event, frozen=True, kw_only=True):
    """A step of a ticket's flow was done, left out (skipped) or not needed (passed); `outcome`: what came of it."""

    KIND = "desk.step_ended"
    SUBJECT = "ticket"
    ticket_id: int
    step_id: int
    step: str
    how: str
    outcome: str = ""


class WordsTranslated(Event, frozen=True, kw_only=True):
    """A message of a ticket, or what somebody is writing there (no message), was translated, or could not be."""

    KIND = "desk.words_translated"
    SUBJECT = "ticket"
    ticket_id: int
    message_id: int | None
    language: str
    state: str


class FlowSaved(Event, frozen=True, kw_only=True):
    """A process flow was changed, added or taken out of force: new tickets follow this version."""

    KIND = "desk.flow_saved"
    SUBJECT = "flow"
    flow_id: int
    code: str
    version: int
    active: bool
    reason: str


class CallMoved(Event, frozen=True, kw_only=True):
    """A call rang, was answered, held, taken up again, handed on or ended. `staff_id` is whose telephone it is at."""

    KIND = "desk.call_moved"
    SUBJECT = "call"
    call_id: int
    before: str
    after: str
    customer_id: int | None
    staff_id: int | None


class CallMissed(Event, frozen=True, kw_only=True):
    """Nobody answered a customer's call."""

    KIND = "desk.call_missed"
    SUBJECT = "call"
    call_id: int
    customer_id: int | None


class CallFiled(Event, frozen=True, kw_only=True):
    """A call was put into the case it is about."""

    KIND = "desk.call_filed"
    SUBJECT = "call"
    call_id: int
    ticket_id: int


class CallBackSettled(Event, frozen=True, kw_only=True):
    """A customer was called back (done), or need not be (dropped)."""

    KIND = "desk.call_back_settled"
    SUBJECT = "call_back"
    call_back_id: int
    outcome: str
    customer_id: int


class RoutingRuleSet(Event, frozen=True, kw_only=True):
    """A rule of routing has a new version, or is out of force (`active` false)."""

    KIND = "desk.routing_rule_set"
    SUBJECT = "routing_rule"
    routing_rule_id: int
    code: str
    version: int
    active: bool
    reason: str


class SkillNeedSet(Event, frozen=True, kw_only=True):
    """Tickets with a fact ask for a skill from now on; level 0: no more."""

    KIND = "desk.skill_need_set"
    SUBJECT = "skill_need"
    skill_need_id: int
    fact: str
    value: str
    skill: str
    level: int


class LoadWeightSet(Event, frozen=True, kw_only=True):
    """Tickets of a channel, a priority or a state are more or less of a case. Units: percent."""

    KIND = "desk.load_weight_set"
    SUBJECT = "load_weight"
    load_weight_id: int
    axis: str
    code: str
    before: int
    after: int


class KeyAgentSet(Event, frozen=True, kw_only=True):
    """A key customer is looked after by somebody else, or by nobody in particular."""

    KIND = "desk.key_agent_set"
    SUBJECT = "customer"
    customer_id: int
    before_id: int | None
    after_id: int | None


class MacroSaved(Event, frozen=True, kw_only=True):
    """A standard answer was written, changed, or put away (`active` false)."""

    KIND = "desk.macro_saved"
    SUBJECT = "macro"
    macro_id: int
    code: str
    active: bool


class ViewSaved(Event, frozen=True, kw_only=True):
    """A view of the inbox was saved or changed. `shared`: empty for its owner alone, team or all."""

    KIND = "desk.view_saved"
    SUBJECT = "ticket_view"
    ticket_view_id: int
    version: int
    shared: str


class ViewRemoved(Event, frozen=True, kw_only=True):
    """A view of the inbox is no more; its tickets are what they were."""

    KIND = "desk.view_removed"
    SUBJECT = "ticket_view"
    ticket_view_id: int
    shared: str


class MacroUsed(Event, frozen=True, kw_only=True):
    """An answer went out that was made from a standard answer."""

    KIND = "desk.macro_used"
    SUBJECT = "ticket"
    ticket_id: int
    code: str


class ClassifierReplaced(Event, frozen=True, kw_only=True):
    """Another version of the classifier judges from now on; `before` 0: there was none. Numbers of versions."""

    KIND = "desk.classifier_replaced"
    SUBJECT = "classifier"
    classifier_id: int
    before: int
    after: int
    reason: str = ""


class ChatPassed(Event, frozen=True, kw_only=True):
    """A chat passed to somebody else: `before` and `after` are bot, waiting or person."""

    KIND = "desk.chat_passed"
    SUBJECT = "ticket"
    ticket_id: int
    conversation_id: int
    verb: str
    before: str
    after: str

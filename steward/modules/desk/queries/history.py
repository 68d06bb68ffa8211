"""What became of a ticket: its events in words, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel.models import Event
from steward.modules.deadlines.queries.words import CLOCKS
from steward.modules.desk.queries import words
from steward.modules.desk.queries.inbox import SUBJECT
from steward.modules.desk.queries.names import staff_names
from steward.modules.people import queries as people

TEXTS: Mapping[str, Any] = {
    "desk.ticket_opened": _("The ticket was opened."),
    "desk.ticket_continued": _("The customer wrote."),
    "desk.ticket_answered": _("An answer left."),
    "desk.answer_failed": _("An answer did not get through: %(reason)s"),
    "desk.ticket_noted": _("A note was left."),
    "desk.ticket_snoozed": _("It was put off, or is back."),
    "desk.tickets_merged": _("It was merged into another ticket."),
    "desk.tickets_unmerged": _("A merge was taken back."),
    "desk.ticket_split": _("A part became a ticket of its own."),
    "desk.complaint_raised": _("It became a complaint: %(number)s"),
    "desk.follow_up_asked": _("The customer is asked whether they are satisfied."),
    "desk.follow_up_answered": _("The customer said whether they are satisfied: %(answer)s"),
    "desk.follow_up_ended": _("The customer could not be asked whether they are satisfied."),
    "desk.chat_passed": _("The chat passed on: %(holder)s"),
    "desk.macro_used": _("A standard answer went out: %(code)s"),
    "deadlines.clock_warned": _("Soon due: %(clock)s"),
    "deadlines.clock_breached": _("Missed: %(clock)s"),
    "deadlines.clock_escalated": _("Escalated: %(clock)s"),
}
PERSON = "person:"
KNOWN = (*TEXTS, "desk.ticket_moved", "desk.ticket_owned", "desk.ticket_restated")
# What a page of the thread shows anyway.
SAID = ("desk.ticket_continued", "desk.ticket_answered", "desk.ticket_noted")
VALUES: Mapping[str, Mapping[str, Any]] = {
    "category": words.CATEGORIES,
    "urgency": words.URGENCIES,
    "priority": words.PRIORITIES,
}


class HistoryEntry(Struct, frozen=True):
    """One thing that happened to a ticket, who did it, and why."""

    id: int
    at: datetime
    kind: str
    actor: str
    text: str
    note: str


def ticket_history(ticket_id: int, *, limit: int = 30, with_said: bool = False) -> list[HistoryEntry]:
    """List what happened to a ticket, newest first, in three statements."""
    found = Event.objects.filter(subject_kind=SUBJECT, subject_id=ticket_id, kind__in=KNOWN)
    if not with_said:
        found = found.exclude(kind__in=SAID)
    rows = list(found.order_by("-id").values_list("id", "at", "kind", "actor", "data")[:limit])
    actors = people.actor_names({row[3] for row in rows}) if rows else {}
    owners = staff_names({data.get("after_id") for *_rest, data in rows})
    return [
        HistoryEntry(id_, at, kind, actors.get(actor, actor), _text(kind, data, owners), _note(data))
        for id_, at, kind, actor, data in rows
    ]


def _text(kind: str, data: Mapping[str, Any], owners: Mapping[int, str]) -> str:
    if kind == "desk.ticket_moved":
        return words.word(words.VERBS, str(data.get("verb", "")))
    if kind == "desk.ticket_owned":
        how = "returned" if data.get("after_id") is None else str(data.get("how", ""))
        return str(words.HANDS.get(how, "%(name)s")) % {"name": owners.get(data.get("after_id") or 0, "")}
    if kind == "desk.ticket_restated":
        return " · ".join(_change(name, value) for name, value in data.get("after", {}).items())
    clock = str(data.get("clock_kind", ""))
    facts = {"reason": data.get("reason", ""), "clock": CLOCKS.get(clock, clock), "code": data.get("code", "")}
    facts |= {"number": data.get("number", ""), "answer": _satisfied(data)}
    facts["holder"] = words.word(words.HOLDERS, str(data.get("after", "")))
    return str(TEXTS[kind]) % facts


def _satisfied(data: Mapping[str, Any]) -> str:
    """Say what a customer answered, with their score."""
    score = f" {data['score']}/5" if data.get("score") else ""
    answer = gettext("satisfied") if data.get("satisfied") else gettext("not satisfied")
    return f"{answer}{score}"


def _change(name: str, value: str) -> str:
    label = words.word(words.FACTS, name)
    return f"{label}: {words.word(VALUES.get(name, {}), value) or '–'}"


def _note(data: Mapping[str, Any]) -> str:
    return str(data.get("note") or data.get("reason") or "")


def last_doers(kind: str, ticket_ids: Collection[int]) -> dict[int, int]:
    """Tell who of the staff last did something of a kind to each ticket; what a machine did is nobody's."""
    rows = Event.objects.filter(kind=kind, subject_kind=SUBJECT, subject_id__in=list(ticket_ids))
    newest = rows.order_by("subject_id", "-id").distinct("subject_id").values_list("subject_id", "actor")
    return {id_: int(actor.removeprefix(PERSON)) for id_, actor in newest if actor.startswith(PERSON)}

"""What makes figures look better than the work was: clocks paused, solved without a word, solved and opened again.

Source: the research on service desks, §4 m; DSK-4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.desk.models import Message, Move, Ticket
from steward.modules.people import queries as people

KINDS = ("paused_unanswered", "solved_wordless", "solved_reopened", "closed_unanswered")
# However long the stretch of time, no more of the newest moves are looked at for each kind.
MOST, LOOKED_AT = 500, 20_000
REOPENED_H = parameters.define(
    "desk.reopened_within_h",
    48,
    unit="h",
    label=_("A solution counts as none when the ticket is open again within"),
    minimum=1,
    maximum=720,
)


class Case(Struct, frozen=True, kw_only=True):
    """One time something looked better than it was: which ticket, when, who did it."""

    kind: str
    ticket_id: int
    number: str
    subject: str
    at: datetime
    by: str
    staff_id: int | None
    since: datetime | None = None


class Report(Struct, frozen=True):
    """The cases of a stretch of time, newest first, counted by kind and by person."""

    cases: list[Case]
    by_kind: dict[str, int]
    by_person: list[tuple[str, dict[str, int]]]


def gaming_report(*, start: datetime, end: datetime, kind: str = "") -> Report:
    """Find what made figures look better, at most five hundred of each kind, among the newest 20,000 moves it may be.

    paused_unanswered: set to wait for the customer, though they had written and nobody had answered.
    solved_wordless: solved by a person who since the customer's last word had not said anything.
    solved_reopened: solved, and open again soon. closed_unanswered: closed and nobody ever answered.
    """
    found = {
        "paused_unanswered": _paused(start, end),
        "solved_wordless": _wordless(start, end),
        "solved_reopened": _reopened(start, end),
        "closed_unanswered": _unanswered(start, end),
    }
    cases = [one for name, ones in found.items() if kind in ("", name) for one in ones]
    cases.sort(key=lambda one: (one.at, one.ticket_id), reverse=True)
    people_: dict[str, Counter[str]] = {}
    for one in (case for ones in found.values() for case in ones):
        people_.setdefault(one.by, Counter())[one.kind] += 1
    by_person = sorted(people_.items(), key=lambda row: (-row[1].total(), row[0]))
    return Report(
        cases, {name: len(ones) for name, ones in found.items()}, [(name, dict(counts)) for name, counts in by_person]
    )


def _moves(start: datetime, end: datetime, after: str) -> QuerySet[Move]:
    """List the newest moves into a state; the index of moves by state leads there."""
    moves = Move.objects.filter(after=after, at__gte=start, at__lt=end).order_by("-at", "-id")
    return Move.objects.filter(id__in=moves.values("id")[:LOOKED_AT]).order_by("-at", "-id")


def _heard(**bounds: F | OuterRef) -> QuerySet[Message]:
    """Find words of customers, not what a machine of theirs sent."""
    return Message.objects.filter(ticket_id=OuterRef("ticket_id"), kind="inbound", automatic=False, **bounds)


def _said(**bounds: F | OuterRef) -> QuerySet[Message]:
    said = Message.objects.filter(ticket_id=OuterRef("ticket_id"), kind__in=("reply", "call"), author="staff")
    return said.filter(**bounds).exclude(state__in=("withdrawn", "failed"))


def _paused(start: datetime, end: datetime) -> list[Case]:
    """Find waits for customers who had the last word."""
    last = _heard(at__lte=OuterRef("at")).order_by("-at").values("at")[:1]
    moves = _moves(start, end, "waiting_customer").exclude(verb="reply").annotate(heard=last)
    found = moves.filter(heard__isnull=False).exclude(Exists(_said(at__gt=OuterRef("heard"), at__lte=OuterRef("at"))))
    return _cases("paused_unanswered", found.values_list("ticket_id", "at", "by", "heard")[:MOST])


def _wordless(start: datetime, end: datetime) -> list[Case]:
    """Find solutions that nobody told the customer of."""
    last = _heard(at__lte=OuterRef("at")).order_by("-at").values("at")[:1]
    moves = _moves(start, end, "solved").annotate(heard=last).filter(heard__isnull=False, verb="solve")
    found = moves.exclude(Exists(_said(at__gt=OuterRef("heard"), at__lte=OuterRef("at"))))
    return _cases("solved_wordless", found.values_list("ticket_id", "at", "by", "heard")[:MOST])


def _reopened(start: datetime, end: datetime) -> list[Case]:
    """Find solutions after which the ticket was soon open again."""
    soon = timedelta(hours=parameters.value(REOPENED_H))
    later = Move.objects.filter(ticket_id=OuterRef("ticket_id"), id__gt=OuterRef("id"))
    again = later.filter(before="solved", after="open", at__lte=OuterRef("at") + soon)
    moves = _moves(start, end, "solved").annotate(again=again.order_by("id").values("at")[:1])
    return _cases(
        "solved_reopened",
        moves.filter(again__isnull=False).values_list("ticket_id", "at", "by", "again")[:MOST],
    )


def _unanswered(start: datetime, end: datetime) -> list[Case]:
    """Find tickets that ended and nobody ever answered."""
    rows = Ticket.objects.filter(Q(closed_as="unanswered", closed_at__gte=start, closed_at__lt=end), simulated=False)
    found = rows.order_by("-closed_at").values_list("id", "closed_at", "owner_id", "opened_at")[:MOST]
    return _cases(
        "closed_unanswered", [(id_, at or end, f"person:{by}" if by else "", since) for id_, at, by, since in found]
    )


def _cases(kind: str, rows: Iterable[tuple[int, datetime, str, datetime]]) -> list[Case]:
    rows = list(rows)
    known: Mapping[int, tuple[str, str]] = {
        id_: (number, subject)
        for id_, number, subject in Ticket.objects.filter(id__in=[row[0] for row in rows]).values_list(
            "id", "number", "subject"
        )
    }
    names = people.actor_names({row[2] for row in rows if row[2]}) if rows else {}
    return [
        Case(
            kind=kind,
            ticket_id=ticket_id,
            number=known[ticket_id][0],
            subject=known[ticket_id][1],
            at=at,
            by=names.get(by, by),
            staff_id=int(by.removeprefix("person:")) if by.startswith("person:") else None,
            since=since,
        )
        for ticket_id, at, by, since in rows
        if ticket_id in known
    ]

"""Read chats: a visit by its token, what its browser has not got yet, what staff see of a visitor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import arrays, errors, moment, parameters
from steward.kernel.calendar import is_open
from steward.modules.customers.queries.sign_in import visits_open
from steward.modules.messaging.models import ChatLine, ChatVisit
from steward.modules.messaging.queries.attachments import AttachmentView, attachments, file_link
from steward.modules.messaging.rules.accounts import Account
from steward.modules.people import queries as people

CHAT_CHANNEL = "steward_chat"
SALT = "messaging.chat"
PAGE = 50
BATCH_LINES = 100
TOKEN_DAYS = parameters.define(
    "messaging.chat_token_days", 30, unit="d", label=_("Days a visitor's browser may go on with its chat"), minimum=1
)
LAST = """
SELECT line.visit_id, line.seq, line.kind, line.code, line.who, line.text, line.client_id, line.attachment_ids, line.at
FROM unnest(%(visits)s::bigint[], %(after)s::integer[]) AS wanted (visit, after)
CROSS JOIN LATERAL (
    SELECT * FROM messaging_chat_line
    WHERE visit_id = wanted.visit AND seq > wanted.after ORDER BY seq LIMIT %(most)s
) AS line
ORDER BY line.visit_id, line.seq
"""


class ChatClosed(errors.Refusal):
    """Refuse a token that is none, has run out, or whose account is switched off: the browser begins anew."""

    code = "chat_closed"
    status = 401
    message = _("This chat has ended. Load the page again to begin a new one.")


class FileShown(Struct, frozen=True):
    """A file of a line; addresses are empty where it cannot be opened, `why` says why."""

    name: str
    url: str = ""
    small: str = ""
    why: str = ""


class Line(Struct, frozen=True, kw_only=True):
    """One line as a browser gets it; `id` is what the browser called its own word."""

    seq: int
    kind: str
    code: str
    who: str
    text: str
    id: str
    at: datetime
    files: list[FileShown]


class Standing(Struct, frozen=True):
    """What is true of a visit now: who holds it, and up to where the staff read it."""

    holder: str
    read: int


class Feed(Struct, frozen=True):
    """What is new for one visit."""

    standing: Standing
    lines: list[Line]
    more: bool


class Page(Struct, frozen=True):
    """Lines, oldest first, and whether there are older ones."""

    lines: list[Line]
    more: bool


class Visitor(Struct, frozen=True, kw_only=True):
    """What staff see of a visitor: the page they are on, and whether they write right now.

    `has_assistant`: a program answers first there.
    """

    visit_id: int
    holder: str
    facts: dict[str, str]
    reachable: bool
    has_assistant: bool
    types: bool
    seen_at: datetime


def token_of(visit: ChatVisit) -> str:
    """Make the token a browser keeps: signed, so that none can be guessed."""
    return signing.TimestampSigner(salt=SALT).sign(f"{visit.id}.{visit.key}")


def read_token(token: str) -> tuple[int, str]:
    """Read the visit and its key off a token. Raises: ChatClosed."""
    try:
        days = parameters.value(TOKEN_DAYS)
        plain = signing.TimestampSigner(salt=SALT).unsign(token, max_age=days * 86_400)
    except signing.BadSignature as error:
        raise ChatClosed from error
    id_, _dot, key = plain.partition(".")
    return int(id_), key


def visit_of(token: str, *, code: str) -> ChatVisit:
    """Find the visit of a token on an account that is in use. Raises: ChatClosed."""
    id_, key = read_token(token)
    found = ChatVisit.objects.select_related("account").filter(id=id_, key=key, account__code=code)
    visit = found.filter(account__active=True).first()
    if visit is None or not _still_open({visit.id: visit.portal_visit_id}):
        raise ChatClosed
    return visit


def _still_open(ties: Mapping[int, int | None]) -> set[int]:
    """Leave out chats of who is no longer signed in; `ties` are chats with the visits they are tied to."""
    signed_in = visits_open({tie for tie in ties.values() if tie is not None}, now=moment.now())
    return {id_ for id_, tie in ties.items() if tie is None or tie in signed_in}


def feeds(after: Mapping[int, int], *, now: datetime) -> dict[int, Feed]:
    """Read what is new for many visits at once, each from behind a line; visits that are gone are missing."""
    ids = sorted(after)
    known = ChatVisit.objects.filter(id__in=ids, account__active=True)
    rows_of = list(known.values_list("id", "holder", "staff_seq", "portal_visit_id"))
    live = _still_open({id_: tie for id_, _holder, _read, tie in rows_of})
    standings = {id_: Standing(holder, read) for id_, holder, read, _tie in rows_of if id_ in live}
    wanted: dict[str, str | int] = {
        "visits": arrays.integers(ids),
        "after": arrays.integers([after[id_] for id_ in ids]),
        "most": BATCH_LINES,
    }
    with connection.cursor() as cursor:
        cursor.execute(LAST, wanted)
        rows = cursor.fetchall()
    files = _files({id_ for row in rows for id_ in row[7]}, now)
    lines: dict[int, list[Line]] = defaultdict(list)
    for visit_id, *row in rows:
        lines[visit_id].append(_line(row, files))
    return {id_: Feed(standing, lines[id_], len(lines[id_]) == BATCH_LINES) for id_, standing in standings.items()}


def page(visit_id: int, *, now: datetime, before: int | None = None) -> Page:
    """Read the last lines of a visit, or those before one."""
    found = ChatLine.objects.filter(visit_id=visit_id)
    if before is not None:
        found = found.filter(seq__lt=before)
    columns = ("seq", "kind", "code", "who", "text", "client_id", "attachment_ids", "at")
    rows = list(found.order_by("-seq").values_list(*columns)[: PAGE + 1])
    files = _files({id_ for row in rows for id_ in row[6]}, now)
    return Page([_line(row, files) for row in rows[:PAGE][::-1]], len(rows) > PAGE)


def _line(row: Sequence[Any], files: Mapping[int, FileShown]) -> Line:
    seq, kind, code, who, text, client_id, attachment_ids, at = row
    shown = [files[id_] for id_ in attachment_ids if id_ in files]
    return Line(seq=seq, kind=kind, code=code, who=who, text=text, id=client_id, at=at, files=shown)


def _files(ids: Collection[int], now: datetime) -> dict[int, FileShown]:
    return {one.id: _file(one, now) for one in attachments(ids)} if ids else {}


def _file(one: AttachmentView, now: datetime) -> FileShown:
    if not one.can_be_opened:
        return FileShown(one.filename, why=str(one.why))
    small = file_link(one.id, now=now, small=True) if one.has_thumbnail else ""
    return FileShown(one.filename, file_link(one.id, now=now), small)


def visitors(visit_ids: Collection[int], *, now: datetime) -> dict[int, Visitor]:
    """Read what staff see of visitors, by visit."""
    rows = ChatVisit.objects.select_related("account").filter(id__in=visit_ids)
    return {
        row.id: Visitor(
            visit_id=row.id,
            holder=row.holder,
            facts=row.facts,
            reachable=row.reachable,
            has_assistant=row.account.settings.get("start") == "bot",
            types=row.types_until is not None and row.types_until > now,
            seen_at=row.seen_at,
        )
        for row in rows
    }


def states_of(message_ids: Collection[int]) -> dict[int, str]:
    """Tell of answers in chats, by their id in the outbox: stored, delivered or read."""
    rows = ChatLine.objects.filter(message_id__in=message_ids)
    facts = rows.values_list("message_id", "seq", "visit__heard_seq", "visit__read_seq")
    return {
        id_ or 0: "read" if seq <= read else "delivered" if seq <= heard else "stored"
        for id_, seq, heard, read in facts
    }


def is_staffed(account: Account, *, now: datetime) -> bool:
    """Tell whether somebody is there to answer a chat: inside its team's hours, and on shift.

    Without a team every team counts, each in its own hours. Whose console is open counts as on shift.
    """
    wanted = account.settings.get("team", "")
    calendars = people.active_calendars()
    open_ = [
        one.code
        for one in people.teams()
        if wanted in ("", one.code) and one.calendar_code in calendars and is_open(calendars[one.calendar_code], now)
    ]
    on_duty = people.staff_on_duty(wanted or None, at=now)
    if any(one.team_code in open_ for one in on_duty):
        return True
    present = {id_ for id_, state in people.present_staff(at=now).items() if state == "online"}
    return bool(present & people.staff_of_teams(open_))

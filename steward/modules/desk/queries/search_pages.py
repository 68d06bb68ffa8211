"""Pages of what a search found: the best of the newest first, each ticket once, with the words marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from steward.modules.desk.models import Message, Ticket
from steward.modules.desk.queries.inbox import TicketRow, ticket_rows
from steward.modules.desk.queries.names import staff_names
from steward.modules.desk.queries.searching import WINDOW, Hit, Place, SearchFilters, Window, matching
from steward.modules.desk.rules.search_words import wanted as wanted_of
from steward.modules.desk.rules.snippets import Piece, score, snippet

LONGEST_PAGE = 50
YEARS = range(1970, 2200)
SORTS = ("best", "newest")
AUTHORS = ("customer", "staff", "bot", "system")


class Found(Struct, frozen=True, kw_only=True):
    """A ticket that was found, and the words it was found by; `message_id` None: by its subject."""

    ticket: TicketRow
    message_id: int | None
    author: str
    who: str
    at: datetime
    pieces: list[Piece]

    @property
    def text(self) -> str:
        """Return the snippet without its marks."""
        return "".join(piece.text for piece in self.pieces)


class SearchPage(Struct, frozen=True):
    """What was found, the key of the next page (empty: none), and until when was looked if the page is not full.

    `searches` is false when there was nothing to look for in texts.
    """

    rows: list[Found]
    after: str
    looked_until: datetime | None
    searches: bool


class _Key(Struct, frozen=True):
    """Where a page begins: when the search began, in which window, and how many of its best come before."""

    begun: datetime
    place: Place | None = None
    skip: int = 0


def search_page(
    text: str,
    filters: SearchFilters,
    *,
    now: datetime,
    staff_id: int | None = None,
    sort: str = "best",
    after: str = "",
    limit: int = 20,
) -> SearchPage:
    """Search the subjects and messages of tickets. `best`: of each hundred tickets said last, the best match first.

    Deep pages cost what the first costs. Source: DSK-10.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    wanted = wanted_of(text)
    key = _read(after) or _Key(now)
    size = WINDOW if sort == "best" else limit
    window = matching(wanted, filters, now=key.begun, place=key.place, limit=size)
    texts = _texts(window.hits)
    hits = window.hits
    if sort == "best" and hits:
        newest = hits[0].at
        rated = {hit.id: score(*texts[hit.id][:2], hit.at, newest, wanted) for hit in hits}
        hits = sorted(hits, key=lambda hit: (-rated[hit.id], -hit.at.timestamp(), -hit.id))
    shown = hits[key.skip : key.skip + limit]
    rest = len(hits) - key.skip - len(shown)
    tickets = {row.id: row for row in ticket_rows(_tickets(shown), staff_id)}
    names = staff_names({texts[hit.id][3] for hit in shown})
    rows = [
        Found(
            ticket=tickets[hit.ticket_id],
            message_id=hit.message_id,
            author=texts[hit.id][2],
            who=names.get(texts[hit.id][3] or 0, ""),
            at=hit.at,
            pieces=snippet(texts[hit.id][0] or texts[hit.id][1], wanted),
        )
        for hit in shown
    ]
    is_short = not window.ended and len(window.hits) < size
    return SearchPage(
        rows, _next(key, window, limit, rest), window.place.at if is_short else None, bool(wanted.expression)
    )


def _next(key: _Key, window: Window, limit: int, rest: int) -> str:
    if rest > 0:
        return _write(_Key(key.begun, key.place, key.skip + limit))
    return "" if window.ended else _write(_Key(key.begun, window.place))


Said = tuple[str, str, str, int | None]


def _texts(hits: Sequence[Hit]) -> Mapping[int, Said]:
    """Read text, subject, author and who wrote it of every hit, in two statements."""
    rows = Message.objects.filter(id__in=[hit.message_id for hit in hits if hit.message_id])
    said = {
        id_: (text, author, staff_id)
        for id_, text, author, staff_id in rows.values_list("id", "text", "author", "staff_id")
    }
    subjects = dict(Ticket.objects.filter(id__in=[hit.ticket_id for hit in hits]).values_list("id", "subject"))
    found: dict[int, Said] = {}
    for hit in hits:
        text, author, staff_id = said.get(hit.message_id or 0, ("", "", None))
        found[hit.id] = (text, subjects.get(hit.ticket_id, ""), author, staff_id)
    return found


def _tickets(hits: Sequence[Hit]) -> list[Ticket]:
    return list(Ticket.objects.filter(id__in=[hit.ticket_id for hit in hits]))


def _write(key: _Key) -> str:
    at, id_ = (key.place.at, key.place.id) if key.place else (key.begun, -1)
    return f"{_instant(key.begun)}~{_instant(at)}~{id_}~{key.skip}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read(after: str) -> _Key | None:
    """Read the key of a page; one that we did not make begins anew."""
    parts = after.split("~")
    try:
        begun, at = (datetime.fromisoformat(part) for part in parts[:2])
        id_, skip = (int(part) for part in parts[2:])
    except ValueError:
        return None
    if not all(one.tzinfo is not None and one.year in YEARS for one in (begun, at)):
        return None
    if not -1 <= id_ < 2**63 or not 0 <= skip <= WINDOW:
        return None
    return _Key(begun, None if id_ < 0 else Place(at, id_), skip)

"""Read exceptions: the desk's queue, one of them with all it needs, what is watched for, causes and mutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from msgspec import Struct

from steward.kernel import errors
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.queries import ClockView
from steward.modules.orders.models import Cause, Detector, ExceptionCase, ExceptionNote, Mute
from steward.modules.orders.queries import exception_words as said
from steward.modules.orders.queries import words

SUBJECT = "exception"
OPEN = ("open", "in_work")
LOOKED_AT, COUNTED_AT_MOST = 500, 10_000


class ExceptionFilters(Struct, frozen=True):
    """What the desk is narrowed to; empty means all. `state` open means open and in work.

    `owner_id` 0 means that nobody has it. `scopes` limits an API token to its shops.
    """

    state: str = "open"
    detector: str = ""
    cause: str = ""
    severity: str = ""
    owner_id: int | None = None
    mute_id: int | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    scopes: frozenset[str] = frozenset()


class ExceptionRow(Struct, frozen=True):
    """One exception as a list shows it."""

    id: int
    detector: str
    state: str
    severity: str
    responsible_role: str
    owner_id: int | None
    subject_kind: str
    subject_id: int
    order_id: int | None
    order_number: str
    shop: str
    shop_code: str
    facts: dict[str, Any]
    cause: str
    outcome: str
    automatic: bool
    opened_at: datetime
    closed_at: datetime | None
    reopened: int
    simulated: bool
    clock: ClockView | None

    @property
    def label(self) -> str:
        """Name what kind of exception it is, in the reader's language."""
        return said.detector_label(self.detector)

    @property
    def seen(self) -> str:
        """Say what was seen, in the reader's language."""
        return said.seen(self.detector, self.facts)

    @property
    def role_label(self) -> str:
        """Name the responsible role in the reader's language."""
        return words.word(words.ROLES, self.responsible_role)

    @property
    def outcome_label(self) -> str:
        """Name the outcome in the reader's language."""
        return words.word(said.OUTCOMES, self.outcome) if self.outcome else ""

    @property
    def number(self) -> str:
        """Name the subject as people call it."""
        return self.order_number or str(self.facts.get("document") or self.facts.get("number") or self.subject_id)


class NoteView(Struct, frozen=True):
    """One thing that was done or said."""

    at: datetime
    actor: str
    what: str
    text: str

    @property
    def label(self) -> str:
        """Name what happened in the reader's language."""
        return words.word(said.NOTES, self.what)


class ExceptionDetail(Struct, frozen=True):
    """One exception with its notes and all its clocks."""

    row: ExceptionRow
    notes: list[NoteView]
    clocks: list[ClockView]
    mute_id: int | None

    @property
    def what_to_do(self) -> str:
        """Say what is to be done, in the reader's language."""
        return words.word(dict(said.WHAT_TO_DO), self.row.detector)


class CauseView(Struct, frozen=True):
    """One cause with its group."""

    code: str
    group: str
    labels: dict[str, str]
    group_labels: dict[str, str]
    active: bool = True

    @property
    def label(self) -> str:
        """Name the cause in the reader's language."""
        return said.in_language(self.labels)

    @property
    def group_label(self) -> str:
        """Name its group in the reader's language."""
        return said.in_language(self.group_labels)


class DetectorView(Struct, frozen=True):
    """What is watched for, and how many it has found that are open. Units: limits ending in _s are seconds."""

    code: str
    active: bool
    severity: str
    responsible_role: str
    limits: dict[str, int]
    version: int
    set_at: datetime
    set_by: str
    open: int
    muted: int

    @property
    def label(self) -> str:
        """Name it in the reader's language."""
        return said.detector_label(self.code)


class MuteView(Struct, frozen=True):
    """One mute, and how many facts it has kept silent."""

    id: int
    detector: str
    condition: list[dict[str, Any]]
    until: datetime
    reason: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    silent: int

    @property
    def label(self) -> str:
        """Name what is muted in the reader's language."""
        return said.detector_label(self.detector)


def exceptions_page(
    filters: ExceptionFilters, *, after: int | None = None, limit: int = 100
) -> tuple[list[ExceptionRow], int | None]:
    """List exceptions and the key to go on with: open ones by the clock that is due next, others newest first.

    However many are open, the one that is due next comes first.
    """
    found = matching(filters).select_related("detector", "order__shop", "cause")
    if filters.state == "open":
        ids = list(matching(filters).values_list("id", flat=True))
        due = deadlines.soonest(SUBJECT, ids, after=after, limit=limit + 1)
        rows = sorted(_rows(found.filter(id__in=due[:limit])), key=lambda row: due.index(row.id))
        return rows, due[limit - 1] if len(due) > limit else None
    if after is not None:
        found = found.filter(id__lt=after)
    rows = _rows(found.order_by("-id")[: limit + 1])
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def matching(filters: ExceptionFilters) -> QuerySet[ExceptionCase]:
    """Narrow all exceptions to a filter."""
    wanted = Q()
    if filters.state:
        wanted &= Q(state__in=OPEN) if filters.state == "open" else Q(state=filters.state)
    for name, value in (("detector__code", filters.detector), ("severity", filters.severity)):
        if value:
            wanted &= Q(**{name: value})
    if filters.cause == "none":
        wanted &= Q(cause=None)
    elif filters.cause:
        wanted &= Q(cause__code=filters.cause) | Q(cause__parent__code=filters.cause)
    if filters.owner_id is not None:
        wanted &= Q(owner_id=filters.owner_id or None) if filters.owner_id else Q(owner_id=None)
    if filters.mute_id is not None:
        wanted &= Q(mute_id=filters.mute_id)
    if filters.opened_from:
        wanted &= Q(opened_at__gte=filters.opened_from)
    if filters.opened_to:
        wanted &= Q(opened_at__lt=filters.opened_to)
    if filters.scopes:
        wanted &= Q(order__shop__code__in=filters.scopes)
    return ExceptionCase.objects.filter(wanted)


def _rows(cases: Iterable[ExceptionCase]) -> list[ExceptionRow]:
    found = list(cases)
    clocks = deadlines.next_clocks(SUBJECT, [case.id for case in found])
    return [_row(case, clocks.get(case.id)) for case in found]


def _row(case: ExceptionCase, clock: ClockView | None) -> ExceptionRow:
    return ExceptionRow(
        id=case.id,
        detector=case.detector.code,
        state=case.state,
        severity=case.severity,
        responsible_role=case.responsible_role,
        owner_id=case.owner_id,
        subject_kind=case.subject_kind,
        subject_id=case.subject_id,
        order_id=case.order_id,
        order_number=case.order.number if case.order else "",
        shop=case.order.shop.name if case.order else str(case.facts.get("shop", "")),
        shop_code=case.order.shop.code if case.order else str(case.facts.get("shop", "")),
        facts=case.facts,
        cause=case.cause.code if case.cause else "",
        outcome=case.outcome,
        automatic=case.automatic,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        reopened=case.reopened,
        simulated=case.simulated,
        clock=clock,
    )


def exception_detail(exception_id: int) -> ExceptionDetail:
    """Collect one exception. Raises: NotFound."""
    case = ExceptionCase.objects.select_related("detector", "order__shop", "cause").filter(id=exception_id).first()
    if case is None:
        raise errors.NotFound(key=exception_id)
    notes = ExceptionNote.objects.filter(case=case).values_list("at", "actor", "what", "text")
    return ExceptionDetail(
        row=_rows([case])[0],
        notes=[NoteView(*note) for note in notes],
        clocks=deadlines.clocks_of(SUBJECT, case.id),
        mute_id=case.mute_id,
    )


def exceptions_of_order(order_id: int) -> list[ExceptionRow]:
    """List an order's exceptions, those that wait first, then the newest."""
    found = ExceptionCase.objects.filter(order_id=order_id).exclude(state="muted")
    rows = _rows(found.select_related("detector", "order__shop", "cause").order_by("-id"))
    return sorted(rows, key=lambda row: row.state not in OPEN)


def exception_counts(owner_id: int | None = None) -> dict[str, int]:
    """Count what waits, up to 10,000 each: all, one's own, what nobody has, what is late."""
    waiting = ExceptionCase.objects.filter(state__in=OPEN)
    counts = {
        "open": waiting[:COUNTED_AT_MOST].count(),
        "nobody": waiting.filter(owner_id=None)[:COUNTED_AT_MOST].count(),
    }
    if owner_id is not None:
        counts["mine"] = waiting.filter(owner_id=owner_id)[:COUNTED_AT_MOST].count()
    return counts


def causes(*, with_former: bool = False) -> list[CauseView]:
    """List the causes that can be named, by group; also those that could be once."""
    rows = Cause.objects.filter(parent__isnull=False).select_related("parent").order_by("parent__position", "position")
    rows = rows if with_former else rows.filter(active=True)
    return [
        CauseView(row.code, row.parent.code, row.labels, row.parent.labels, row.active) for row in rows if row.parent
    ]


def detectors() -> list[DetectorView]:
    """List what is watched for, with how many wait and how many are muted."""
    rows = Detector.objects.order_by("position").annotate(
        waiting=Count("cases", filter=Q(cases__state__in=OPEN)),
        silent=Count("cases", filter=Q(cases__state="muted")),
    )
    fields = ("code", "active", "severity", "responsible_role", "limits", "version", "set_at", "set_by")
    return [DetectorView(*row) for row in rows.values_list(*fields, "waiting", "silent")]


def mutes(*, with_ended: bool = True, mute_id: int | None = None) -> list[MuteView]:
    """List mutes (or the one named), newest first, with how many facts each keeps or kept silent."""
    rows = Mute.objects.annotate(silent=Count("cases")).order_by("-id")
    if not with_ended:
        rows = rows.filter(ended_at=None)
    if mute_id is not None:
        rows = rows.filter(id=mute_id)
    fields = ("id", "detector__code", "condition", "until", "reason", "made_at", "made_by", "ended_at", "silent")
    return [MuteView(*row) for row in rows.values_list(*fields)[:LOOKED_AT]]


def mutable_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the facts a mute can be made of: plain ones that other exceptions may share."""
    unlike = (
        "since",
        "paid_at",
        "received_at",
        "wish",
        "asked_by",
        "twin",
        "number",
        "document",
        "entry_id",
        "refund_id",
    )
    plain = {name: value for name, value in facts.items() if isinstance(value, str | int) and name not in unlike}
    return {name: value for name, value in plain.items() if not name.endswith("_minor")}

"""One complaint with everything that was done about it, and its story in words (DSK-8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from steward.kernel import errors
from steward.kernel.models import Event
from steward.modules.deadlines.queries import ClockView, clocks_of
from steward.modules.deadlines.queries.words import CLOCKS
from steward.modules.desk.models import Compensation, Complaint, ComplaintCallBack, ComplaintMeasure
from steward.modules.desk.queries import complaint_words as said
from steward.modules.desk.queries.complaints import SUBJECT, ComplaintRow, complaint_rows, team_names
from steward.modules.desk.queries.names import staff_names
from steward.modules.desk.queries.words import word
from steward.modules.people import queries as people


class MeasureView(Struct, frozen=True, kw_only=True):
    """A measure, who does it and until when."""

    id: int
    words: str
    staff_id: int | None
    staff: str
    due_date: date | None
    set_at: datetime
    done_at: datetime | None


class CompensationView(Struct, frozen=True, kw_only=True):
    """A compensation. Units: minor units of the currency."""

    id: int
    kind: str
    amount_minor: int
    currency: str
    reason: str
    state: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    approval_id: int | None
    refund_request_id: int | None
    handed_over_at: datetime | None
    note: str


class CallView(Struct, frozen=True, kw_only=True):
    """A call to the customer; an empty result: it is still to be made."""

    id: int
    staff_id: int
    staff: str
    call_at: datetime
    result: str
    words: str
    done_at: datetime | None


class StoryEntry(Struct, frozen=True):
    """One thing that happened to a complaint."""

    at: datetime
    text: str
    note: str
    actor: str


class ComplaintView(Struct, frozen=True, kw_only=True):
    """One complaint, whole."""

    row: ComplaintRow
    wants: str
    reference: str
    about_staff_id: int | None
    about: str
    cause_words: str
    proposal: str
    outcome_words: str
    opened_at: datetime
    agreed_at: datetime | None
    reopened: int
    clocks: list[ClockView]
    measures: list[MeasureView]
    compensations: list[CompensationView]
    calls: list[CallView]


def complaint(number: str) -> ComplaintView:
    """Read one complaint. Raises: NotFound."""
    found = Complaint.objects.select_related("type", "cause", "ticket").filter(number=number.strip().upper()).first()
    if found is None:
        raise errors.NotFound(key=number)
    measures = list(ComplaintMeasure.objects.filter(complaint=found).order_by("id"))
    calls = list(ComplaintCallBack.objects.filter(complaint=found).order_by("call_at", "id"))
    names = staff_names({found.about_staff_id, *(one.staff_id for one in measures), *(one.staff_id for one in calls)})
    return ComplaintView(
        row=complaint_rows([found])[0],
        wants=found.wants,
        reference=found.reference,
        about_staff_id=found.about_staff_id,
        about=names.get(found.about_staff_id or 0, ""),
        cause_words=found.cause_words,
        proposal=found.proposal,
        outcome_words=found.outcome_words,
        opened_at=found.opened_at,
        agreed_at=found.agreed_at,
        reopened=found.reopened,
        clocks=clocks_of(SUBJECT, found.id),
        measures=[_measure(one, names) for one in measures],
        compensations=_compensations(found),
        calls=[_call(one, names) for one in calls],
    )


def _measure(one: ComplaintMeasure, names: Mapping[int, str]) -> MeasureView:
    return MeasureView(
        id=one.id,
        words=one.words,
        staff_id=one.staff_id,
        staff=names.get(one.staff_id or 0, ""),
        due_date=one.due_date,
        set_at=one.set_at,
        done_at=one.done_at,
    )


def _call(one: ComplaintCallBack, names: Mapping[int, str]) -> CallView:
    return CallView(
        id=one.id,
        staff_id=one.staff_id,
        staff=names.get(one.staff_id, ""),
        call_at=one.call_at,
        result=one.result,
        words=one.words,
        done_at=one.done_at,
    )


def _compensations(found: Complaint) -> list[CompensationView]:
    rows = list(Compensation.objects.filter(complaint=found).order_by("id"))
    names = people.actor_names({one.asked_by for one in rows}) if rows else {}
    return [
        CompensationView(
            **{name: getattr(one, name) for name in CompensationView.__struct_fields__ if name != "asked_by_name"},
            asked_by_name=names.get(one.asked_by, one.asked_by),
        )
        for one in rows
    ]


def complaint_story(complaint_id: int, *, limit: int = 60) -> list[StoryEntry]:
    """Tell what happened to a complaint, newest first."""
    found = Event.objects.filter(subject_kind=SUBJECT, subject_id=complaint_id, kind__startswith="desk.")
    rows = list(found.order_by("-id").values_list("at", "kind", "actor", "data")[:limit])
    actors = people.actor_names({actor for _at, _kind, actor, _data in rows}) if rows else {}
    staff = staff_names({_person(data) for *_rest, data in rows})
    teams = team_names() if rows else {}
    return [
        StoryEntry(at, _text(kind, data, staff, teams), _note(kind, data), actors.get(actor, actor))
        for at, kind, actor, data in rows
    ]


def _person(data: Mapping[str, Any]) -> int | None:
    given = str(data.get("after", {}).get("owner_id", "")) if isinstance(data.get("after"), dict) else ""
    return int(given) if given.isdigit() else None


def _text(kind: str, data: Mapping[str, Any], staff: Mapping[int, str], teams: Mapping[str, str]) -> str:
    if kind == "desk.complaint_moved":
        outcome = str(data.get("outcome", ""))
        done = word(said.DONE, str(data.get("verb", "")))
        return f"{done}: {word(said.OUTCOMES, outcome)}" if outcome else done
    if kind == "desk.compensation_moved":
        return f"{word(said.KINDS, str(data['kind']))}: {word(said.WISHES, str(data['state']))}"
    if kind == "desk.complaint_worked":
        facts = {"words": data.get("words", ""), "result": word(said.CALLS, str(data.get("result", "")))}
        return str(said.WORKED[str(data["what"])]) % facts
    if kind == "desk.complaint_restated":
        return " · ".join(_change(name, str(value), staff, teams) for name, value in data.get("after", {}).items())
    return str(CLOCKS.get(str(data.get("clock_kind", "")), kind))


def _change(name: str, value: str, staff: Mapping[int, str], teams: Mapping[str, str]) -> str:
    label = word(said.FACTS, name)
    if name == "owner_id":
        return f"{label}: {staff.get(int(value), '') if value.isdigit() else '–'}"
    if name in ("team", "seriousness"):
        shown = teams.get(value, value) if name == "team" else word(said.SERIOUSNESS, value)
        return f"{label}: {shown or '–'}"
    return label if name in ("type", "cause", "about_staff_id") else f"{label}: {value or '–'}"


def _note(kind: str, data: Mapping[str, Any]) -> str:
    return "" if kind == "desk.complaint_worked" else str(data.get("reason") or "")

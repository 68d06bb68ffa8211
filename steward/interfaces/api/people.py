"""Teams, rosters, leave, on-call, presence and calendars."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ninja import Query, Router

from steward.interfaces.api import people_shapes as shapes
from steward.interfaces.api import wording
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.kernel import errors, moment
from steward.modules.people import commands, queries
from steward.modules.people.rules.rosters import LONGEST_PLAN_DAYS

router = Router(tags=["people"])
LOOK = "people.view"
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _instant(at: datetime, field: str, *, place: str = "body") -> datetime:
    """Refuse instants no roster can hold. Raises: BadInput."""
    try:
        found = at.astimezone(UTC)
    except (OverflowError, ValueError):
        found = LATEST + timedelta(days=1)
    if not EARLIEST <= found <= LATEST:
        raise errors.BadInput([wording.finding(field, "datetime_out_of_range", place=place)])
    return found


@router.get("/teams", response=shapes.TeamList, operation_id="list_teams", summary="List teams")
def list_teams(request: ApiRequest) -> Any:
    """List teams by name. Needs `people.view`."""
    request.auth.require(LOOK)
    return {"rows": queries.teams()}


@router.get("/teams/{code}", response=shapes.TeamFull, operation_id="get_team", summary="Read a team")
def get_team(request: ApiRequest, code: shapes.PathCode) -> Any:
    """Give a team with its people, their skills and its shifts. Needs `people.view`."""
    request.auth.require(LOOK)
    return _team(code)


def _team(code: str) -> shapes.TeamFull:
    facts = {"team": queries.team(code), "members": queries.members(code), "shifts": queries.shifts(code)}
    return shapes.TeamFull.model_validate(facts)


@router.post("/teams/{code}", response=shapes.TeamFull, operation_id="save_team", summary="Make or change a team")
@replayable
def save_team(request: ApiRequest, code: shapes.PathCode, payload: shapes.TeamInput) -> shapes.TeamFull:
    """Make a team, or change the one with this code. Needs `people.teams`."""
    facts = payload.model_dump() | {"languages": tuple(payload.languages)}
    commands.save_team(request.auth, code=code, draft=commands.TeamDraft(**facts))
    return _team(code)


@router.post(
    "/teams/{code}/members", response=shapes.TeamFull, operation_id="set_team_members", summary="Choose a team's people"
)
@replayable
def set_team_members(request: ApiRequest, code: shapes.PathCode, payload: shapes.MembersInput) -> shapes.TeamFull:
    """Give a team exactly these members. Needs `people.teams`."""
    members = [commands.MemberDraft(**member.model_dump()) for member in payload.members]
    commands.set_team_members(request.auth, team_code=code, members=members)
    return _team(code)


@router.get("/duties", response=shapes.DutyList, operation_id="list_duties", summary="Read the roster")
def list_duties(request: ApiRequest, narrow: Query[shapes.DutyQuery]) -> Any:
    """List who is on duty on some days of UTC, and with `team` where too few are. Needs `people.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(LOOK)
    start, end = _bounds(narrow.first, narrow.last)
    rows = queries.duties(start=start, end=end, team_code=narrow.team, staff_id=narrow.staff_id)
    gaps = queries.coverage_gaps(narrow.team, start=start, end=end) if narrow.team else []
    return {"rows": rows, "gaps": gaps}


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Turn days into instants. Raises: BadInput."""
    if not 0 <= (last - first).days < LONGEST_PLAN_DAYS:
        raise errors.BadInput([wording.finding("last", "less_than_equal", place="query", le=LONGEST_PLAN_DAYS)])
    start = datetime.combine(first, datetime.min.time(), tzinfo=UTC)
    return start, start + (last - first) + timedelta(days=1)


@router.post(
    "/teams/{code}/duties", response=shapes.PlannedList, operation_id="plan_duties", summary="Put people on duty"
)
@replayable
def plan_duties(request: ApiRequest, code: shapes.PathCode, payload: shapes.DutiesInput) -> shapes.PlannedList:
    """Put people on shifts; one answer per duty. Needs `people.roster`."""
    drafts = [commands.DutyDraft(duty.staff_id, duty.shift, duty.on) for duty in payload.duties]
    answers = commands.plan_duties(request.auth, team_code=code, drafts=drafts, source="api")
    results = [
        {
            "staff_id": answer.draft.staff_id,
            "shift": answer.draft.shift_code,
            "on": answer.draft.on_date,
            "outcome": answer.outcome,
            "duty_id": answer.duty_id,
        }
        for answer in answers
    ]
    return shapes.PlannedList.model_validate({"results": results})


@router.post("/duties/cancel", response=shapes.Cancelled, operation_id="cancel_duties", summary="Take people off duty")
@replayable
def cancel_duties(request: ApiRequest, payload: shapes.CancelDutiesInput) -> shapes.Cancelled:
    """Cancel duties that have not ended. Needs `people.roster`."""
    count = commands.cancel_duties(request.auth, duty_ids=payload.ids, reason=payload.reason, now=moment.now())
    return shapes.Cancelled(cancelled=count)


@router.get("/leave", response=shapes.LeaveList, operation_id="list_leave", summary="List leave")
def list_leave(request: ApiRequest, narrow: Query[shapes.LeaveQuery]) -> Any:
    """List leave, what waits first. Needs `people.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(LOOK)
    return {"rows": queries.leaves(staff_id=narrow.staff_id, states=(narrow.state,) if narrow.state else ())}


@router.post("/leave", response=shapes.LeaveOut, operation_id="request_leave", summary="Ask for leave")
@replayable
def request_leave(request: ApiRequest, payload: shapes.LeaveInput) -> shapes.LeaveOut:
    """Ask for leave. Needs `people.view`, and `people.roster` for anybody but oneself."""
    times = {name: _instant(getattr(payload, name), name) for name in ("starts_at", "ends_at")}
    draft = commands.LeaveDraft(**(payload.model_dump() | times))
    return _leave(commands.request_leave(request.auth, draft=draft, now=moment.now()))


def _leave(leave_id: int) -> shapes.LeaveOut:
    return shapes.LeaveOut.model_validate(queries.leave(leave_id))


@router.post("/leave/{id_}/decide", response=shapes.LeaveOut, operation_id="decide_leave", summary="Decide on leave")
@replayable
def decide_leave(request: ApiRequest, id_: shapes.PathId, payload: shapes.LeaveDecisionInput) -> shapes.LeaveOut:
    """Approve or refuse somebody else's leave: only a person can, no program. Needs `people.approve`."""
    commands.decide_leave(request.auth, leave_id=id_, now=moment.now(), **payload.model_dump())
    return _leave(id_)


@router.post(
    "/leave/{id_}/withdraw", response=shapes.LeaveOut, operation_id="withdraw_leave", summary="Take leave back"
)
@replayable
def withdraw_leave(request: ApiRequest, id_: shapes.PathId) -> shapes.LeaveOut:
    """Take leave back; duties it had cancelled count again. Needs `people.view`, for others `people.roster`."""
    commands.withdraw_leave(request.auth, leave_id=id_, now=moment.now())
    return _leave(id_)


@router.get("/on-call", response=shapes.OnCallList, operation_id="list_on_call", summary="Tell who is on call")
def list_on_call(request: ApiRequest, narrow: Query[shapes.AtQuery]) -> Any:
    """Tell who is on call, per team. Needs `people.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(LOOK)
    at = _instant(narrow.at, "at", place="query") if narrow.at else moment.now()
    found = [queries.on_call(team.code, at=at) for team in queries.teams() if queries.on_call_turns(team.code)]
    return {"rows": [turn for turn in found if turn is not None]}


@router.post(
    "/teams/{code}/on-call/overrides",
    response=shapes.OverrideMade,
    operation_id="override_on_call",
    summary="Take over on-call",
)
@replayable
def override_on_call(request: ApiRequest, code: shapes.PathCode, payload: shapes.OverrideInput) -> shapes.OverrideMade:
    """Let somebody take a tier for a while. Needs `people.roster`."""
    times = {name: _instant(getattr(payload, name), name) for name in ("starts_at", "ends_at")}
    made = commands.override_on_call(request.auth, team_code=code, **(payload.model_dump() | times))
    return shapes.OverrideMade(id=made)


@router.get("/presence", response=shapes.PresenceList, operation_id="list_presence", summary="Tell who is there")
def list_presence(request: ApiRequest) -> Any:
    """List everybody who is not offline. Needs `people.view`."""
    request.auth.require(LOOK)
    present = queries.present_staff(at=moment.now())
    return {"rows": [{"staff_id": staff_id, "state": state} for staff_id, state in sorted(present.items())]}


@router.get("/calendars", response=shapes.CalendarList, operation_id="list_calendars", summary="List calendars")
def list_calendars(request: ApiRequest) -> Any:
    """List the calendars in force. Needs `people.view`."""
    request.auth.require(LOOK)
    return {"rows": queries.calendar_list()}


@router.get("/calendars/{code}", response=shapes.CalendarOut, operation_id="get_calendar", summary="Read a calendar")
def get_calendar(request: ApiRequest, code: shapes.PathCode) -> Any:
    """Give the version of a calendar that counts now. Needs `people.view`."""
    request.auth.require(LOOK)
    return queries.calendar_view(code)


@router.post(
    "/calendars/{code}", response=shapes.CalendarOut, operation_id="save_calendar", summary="Change a calendar"
)
@replayable
def save_calendar(request: ApiRequest, code: shapes.PathCode, payload: shapes.CalendarInput) -> shapes.CalendarOut:
    """Put a new version in force; running time limits are computed anew. Needs `people.calendars`."""
    facts = payload.model_dump(exclude={"reason"})
    draft = commands.CalendarDraft(
        **facts
        | {
            "week": [[(start, end) for start, end in windows] for windows in payload.week],
            "exceptions": {
                _day(text): [(start, end) for start, end in windows] for text, windows in payload.exceptions.items()
            },
        }
    )
    commands.save_calendar(request.auth, code=code, draft=draft, reason=payload.reason, now=moment.now())
    return shapes.CalendarOut.model_validate(queries.calendar_view(code))


def _day(text: str) -> date:
    """Read the date an exception stands under. Raises: BadInput."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not shapes.FIRST_DAY <= found <= shapes.LAST_DAY:
        raise errors.BadInput([wording.finding("exceptions", "date_parsing")])
    return found

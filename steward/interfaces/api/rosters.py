"""What the console plans for people, for programs too: shifts, patterns, turns on call, swaps, presence, skills."""

from datetime import date
from typing import Any

from ninja import Query

from steward.interfaces.api import people_shapes
from steward.interfaces.api import roster_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.people import LOOK, router
from steward.interfaces.api.people_shapes import PathCode, PathId
from steward.interfaces.api.replies import replayable
from steward.kernel import errors, moment
from steward.modules.people import commands, queries


@router.post(
    "/teams/{code}/shifts/{shift}",
    response=people_shapes.ShiftOut,
    operation_id="save_shift",
    summary="Make or change a shift",
)
@replayable
def save_shift(
    request: ApiRequest, code: PathCode, shift: PathCode, payload: shapes.ShiftInput
) -> people_shapes.ShiftOut:
    """Make a shift template of a team, or change it; duties that stand keep their times. Needs `people.roster`."""
    draft = commands.ShiftDraft(**payload.model_dump())
    commands.save_shift(request.auth, team_code=code, code=shift, draft=draft)
    found = next(one for one in queries.shifts(code, with_former=True) if one.code == shift)
    return people_shapes.ShiftOut.model_validate(found)


@router.get(
    "/teams/{code}/patterns", response=shapes.PatternList, operation_id="list_patterns", summary="List shift patterns"
)
def list_patterns(request: ApiRequest, code: PathCode) -> Any:
    """List the patterns of a team. Needs `people.view`."""
    request.auth.require(LOOK)
    queries.team(code)
    return {"rows": [_pattern(one) for one in queries.rotations(code)]}


def _pattern(one: queries.RotationView) -> dict[str, Any]:
    members = [{"staff_id": id_, "name": name, "ahead_days": days} for id_, name, days in one.members]
    return {
        "code": one.code,
        "name": one.name,
        "pattern": one.pattern,
        "anchor": one.anchor_date,
        "members": members,
    }


@router.post(
    "/teams/{code}/patterns/{pattern}",
    response=shapes.PatternOut,
    operation_id="save_pattern",
    summary="Make or change a shift pattern",
)
@replayable
def save_pattern(
    request: ApiRequest, code: PathCode, pattern: PathCode, payload: shapes.PatternInput
) -> shapes.PatternOut:
    """Make a pattern of a team, or change it; it plans nothing by itself. Needs `people.roster`."""
    commands.save_rotation(
        request.auth,
        team_code=code,
        code=pattern,
        name=payload.name,
        pattern=payload.pattern,
        anchor_date=payload.anchor,
        members={one.staff_id: one.ahead_days for one in payload.members},
    )
    found = next(one for one in queries.rotations(code) if one.code == pattern)
    return shapes.PatternOut.model_validate(_pattern(found))


@router.post(
    "/teams/{code}/patterns/{pattern}/apply",
    response=shapes.PatternPlanned,
    operation_id="apply_pattern",
    summary="Plan days with a pattern",
)
@replayable
def apply_pattern(
    request: ApiRequest, code: PathCode, pattern: PathCode, payload: shapes.PeriodInput
) -> shapes.PatternPlanned:
    """Plan the duties a pattern gives; what stands already stays, one answer per duty. Needs `people.roster`."""
    answers = commands.apply_rotation(
        request.auth, team_code=code, code=pattern, first=payload.first, last=payload.last
    )
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
    return shapes.PatternPlanned.model_validate({"results": results})


@router.get(
    "/teams/{code}/on-call", response=shapes.TurnsOut, operation_id="get_turns", summary="Read the turns on call"
)
def get_turns(request: ApiRequest, code: PathCode) -> Any:
    """Give whose turn follows whose in a team; 404 where it has no turns of its own. Needs `people.view`."""
    request.auth.require(LOOK)
    return _turns(code)


def _turns(code: str) -> shapes.TurnsOut:
    found = queries.on_call_turns(code)
    if found is None:
        raise errors.NotFound(key=code)
    return shapes.TurnsOut(
        team_code=code,
        anchor=date.fromisoformat(found.anchor_date),
        period_days=found.period_days,
        handover_min=found.handover_min,
        members=[shapes.TurnOut(staff_id=id_, name=name) for id_, name in found.members],
    )


@router.post(
    "/teams/{code}/on-call", response=shapes.TurnsOut, operation_id="save_turns", summary="Set the turns on call"
)
@replayable
def save_turns(request: ApiRequest, code: PathCode, payload: shapes.TurnsInput) -> shapes.TurnsOut:
    """Set whose turn follows whose, from which day on. Needs `people.roster`."""
    commands.save_on_call(
        request.auth,
        team_code=code,
        staff_ids=payload.staff_ids,
        anchor_date=payload.anchor,
        period_days=payload.period_days,
        handover_min=payload.handover_min,
    )
    return _turns(code)


@router.get(
    "/on-call/overrides",
    response=shapes.OverrideList,
    operation_id="list_overrides",
    summary="List who takes over on call",
)
def list_overrides(request: ApiRequest) -> Any:
    """List the overrides that count now or will. Needs `people.view`."""
    request.auth.require(LOOK)
    return {"rows": queries.overrides(now=moment.now())}


@router.post(
    "/on-call/overrides/{id_}/cancel",
    response=shapes.OverrideCancelled,
    operation_id="cancel_override",
    summary="Let the turns count again",
)
@replayable
def cancel_override(request: ApiRequest, id_: PathId) -> shapes.OverrideCancelled:
    """End an override that has not ended. Needs `people.roster`."""
    commands.cancel_override(request.auth, override_id=id_, now=moment.now())
    return shapes.OverrideCancelled(id=id_)


@router.get("/swaps", response=shapes.SwapList, operation_id="list_swaps", summary="List swaps of shifts")
def list_swaps(request: ApiRequest, narrow: Query[shapes.SwapQuery]) -> Any:
    """List swaps, newest first; `open` leaves those that still wait. Needs `people.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(LOOK)
    return {"rows": queries.swaps(staff_id=narrow.staff_id, only_open=narrow.open)}


@router.post("/swaps", response=shapes.SwapOut, operation_id="ask_swap", summary="Ask for a swap")
@replayable
def ask_swap(request: ApiRequest, payload: shapes.SwapInput) -> shapes.SwapOut:
    """Ask a colleague to take a duty of one's own: a person in their session, no program. Needs `people.view`."""
    return _swap(commands.ask_swap(request.auth, now=moment.now(), **payload.model_dump()))


def _swap(swap_id: int) -> shapes.SwapOut:
    return shapes.SwapOut.model_validate(queries.swap(swap_id))


@router.post("/swaps/{id_}/answer", response=shapes.SwapOut, operation_id="answer_swap", summary="Answer a swap")
@replayable
def answer_swap(request: ApiRequest, id_: PathId, payload: shapes.SwapAnswerInput) -> shapes.SwapOut:
    """Say yes or no to a colleague's wish. Needs `people.view`."""
    commands.answer_swap(request.auth, swap_id=id_, consents=payload.consents, now=moment.now())
    return _swap(id_)


@router.post(
    "/swaps/{id_}/withdraw", response=shapes.SwapOut, operation_id="withdraw_swap", summary="Take a wish to swap back"
)
@replayable
def withdraw_swap(request: ApiRequest, id_: PathId) -> shapes.SwapOut:
    """Take one's own wish back while it waits. Needs `people.view`."""
    commands.withdraw_swap(request.auth, swap_id=id_)
    return _swap(id_)


@router.post("/swaps/{id_}/decide", response=shapes.SwapOut, operation_id="decide_swap", summary="Decide on a swap")
@replayable
def decide_swap(request: ApiRequest, id_: PathId, payload: shapes.SwapDecisionInput) -> shapes.SwapOut:
    """Approve or refuse a swap both agreed on, as somebody who is not part of it. Needs `people.approve`."""
    commands.decide_swap(request.auth, swap_id=id_, now=moment.now(), **payload.model_dump())
    return _swap(id_)


@router.post(
    "/presence", response=shapes.SelfPresence, operation_id="set_presence", summary="Say where one is for a while"
)
@replayable
def set_presence(request: ApiRequest, payload: shapes.PresenceInput) -> shapes.SelfPresence:
    """Say that one is on a break, in a meeting or away; a person in their session, no program."""
    now = moment.now()
    commands.set_presence(request.auth, said=payload.said, minutes=payload.minutes, now=now)
    me = request.auth.staff_id or 0
    return shapes.SelfPresence(staff_id=me, state=queries.present_staff(at=now).get(me, "offline"))


@router.get("/skills", response=shapes.SkillList, operation_id="list_skills", summary="List skills")
def list_skills(request: ApiRequest) -> Any:
    """List the skills that work may ask for. Needs `people.view`."""
    request.auth.require(LOOK)
    return {"rows": [{"code": code, "name": name} for code, name in queries.skills().items()]}


@router.post("/skills/{code}", response=shapes.SkillOut, operation_id="save_skill", summary="Add or rename a skill")
@replayable
def save_skill(request: ApiRequest, code: PathCode, payload: shapes.SkillInput) -> shapes.SkillOut:
    """Add a skill, or rename it. Needs `people.teams`."""
    commands.add_skill(request.auth, code=code, name=payload.name)
    return shapes.SkillOut(code=code, name=payload.name.strip())


@router.post(
    "/staff/{id_}/abilities",
    response=shapes.AbilitiesOut,
    operation_id="set_abilities",
    summary="Say what somebody can do",
)
@replayable
def set_abilities(request: ApiRequest, id_: PathId, payload: shapes.AbilitiesInput) -> shapes.AbilitiesOut:
    """Set somebody's skills and how many cases they work on at once. Needs `people.teams`."""
    commands.set_abilities(request.auth, staff_id=id_, levels=payload.levels, capacity=payload.capacity)
    return shapes.AbilitiesOut(
        staff_id=id_, levels=queries.skill_levels([id_]).get(id_, {}), capacity=queries.own_capacity(id_)
    )


@router.get(
    "/calendars/{code}/versions",
    response=people_shapes.CalendarList,
    operation_id="list_calendar_versions",
    summary="List the versions of a calendar",
)
def list_calendar_versions(request: ApiRequest, code: PathCode) -> Any:
    """List all versions of a calendar, newest first. Needs `people.view`."""
    request.auth.require(LOOK)
    if not (rows := queries.calendar_versions(code)):
        raise errors.NotFound(key=code)
    return {"rows": rows}

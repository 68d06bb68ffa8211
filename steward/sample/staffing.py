"""Set up the teams of the sample: rosters for six weeks, leave, a swap, turns on call."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from steward.kernel.actor import Actor
from steward.modules.people import commands, queries
from steward.modules.people.commands import LeaveDraft, MemberDraft
from steward.sample import teams
from steward.sample.people import Crew

WEEKS_BACK, WEEKS_AHEAD = 2, 4
SEED = 20_260_508
PATTERN = "pattern"


def set_up(crew: Crew, now: datetime) -> None:
    """Make calendars, teams, skills, rosters, leave and turns; the same every time but for the dates."""
    administrator = crew.first("administrator")
    for code, calendar in teams.CALENDARS.items():
        commands.save_calendar(administrator, code=code, draft=calendar, reason="首次设置", now=now)
    for code, name in teams.SKILLS.items():
        commands.add_skill(administrator, code=code, name=name)
    for code, plan in teams.TEAMS.items():
        people = _people(crew, plan)
        _make(administrator, crew, code, plan, people)
        if plan.pattern:
            _roster(administrator, code, plan, people, now)
        if plan.on_call:
            _turns(administrator, code, people[: plan.on_call], now)
    _abilities(administrator, crew)
    _leave(crew, now)
    _swaps(crew, now)


def _people(crew: Crew, plan: teams.Plan) -> list[Actor]:
    """List who is in a team."""
    return [
        *(person for role in plan.roles for person in crew.all_of(role)),
        *(crew.called(username) for username in plan.usernames),
    ]


def _make(by: Actor, crew: Crew, code: str, plan: teams.Plan, people: list[Actor]) -> None:
    manager = crew.called(plan.manager)
    commands.save_team(by, code=code, draft=teams.with_manager(plan.draft, manager.staff_id))
    members = [MemberDraft(person.staff_id or 0) for person in people]
    if manager not in people:
        members.append(MemberDraft(manager.staff_id or 0, 20, is_primary=False))
    commands.set_team_members(by, team_code=code, members=members)
    for shift, draft in plan.shifts.items():
        commands.save_shift(by, team_code=code, code=shift, draft=draft)


def _roster(by: Actor, code: str, plan: teams.Plan, people: list[Actor], now: datetime) -> None:
    """Plan from two weeks ago until four weeks ahead, spread over the cycle so that every shift has its people."""
    monday = _monday(now, plan.draft.time_zone)
    ahead = {
        person.staff_id or 0: 0 if plan.all_together else place % len(plan.pattern)
        for place, person in enumerate(people)
    }
    commands.save_rotation(
        by,
        team_code=code,
        code=PATTERN,
        name=plan.pattern_name,
        pattern=plan.pattern,
        anchor_date=monday,
        members=ahead,
    )
    first, last = monday - timedelta(weeks=WEEKS_BACK), monday + timedelta(weeks=WEEKS_AHEAD, days=-1)
    commands.apply_rotation(by, team_code=code, code=PATTERN, first=first, last=last)


def _monday(now: datetime, zone: str) -> date:
    today = now.astimezone(ZoneInfo(zone)).date()
    return today - timedelta(days=today.weekday())


def _turns(by: Actor, code: str, people: list[Actor], now: datetime) -> None:
    ids = [person.staff_id or 0 for person in people]
    anchor = _monday(now, teams.TEAMS[code].draft.time_zone) - timedelta(weeks=WEEKS_BACK)
    commands.save_on_call(by, team_code=code, staff_ids=ids, anchor_date=anchor)


def _abilities(by: Actor, crew: Crew) -> None:
    """Give everybody in service and support some skills, from 2 (works alone) to 5 (teaches others)."""
    rng = Random(SEED)
    international = [crew.called(username) for username in teams.TEAMS["international"].usernames]
    for kind, people in (
        ("customer_service", crew.all_of("customer_service")),
        ("technical_support", crew.all_of("technical_support")),
        ("international", international),
    ):
        known = teams.ROLE_SKILLS[kind]
        for person in people:
            chosen = known if kind == "international" else rng.sample(known, k=min(3, len(known)))
            levels = {skill: rng.randint(2, 5) for skill in chosen}
            capacity = rng.choice((None, None, 6, 10))
            commands.set_abilities(by, staff_id=person.staff_id or 0, levels=levels, capacity=capacity)


def _leave(crew: Crew, now: datetime) -> None:
    """Somebody is away now, somebody will be, two ask, one was refused."""
    manager, service = crew.called("wangli"), crew.all_of("customer_service")
    clerks, warehouse = crew.all_of("order_clerk"), crew.all_of("warehouse")
    stories = (
        (service[2], "annual", -2, 5, service[5], "带家人去旅行", True),
        (clerks[1], "sick", -1, 2, clerks[2], "发烧", True),
        (service[7], "training", 9, 2, None, "新品培训", True),
        (service[4], "personal", 6, 1, service[8], "孩子家长会", None),
        (warehouse[3], "annual", 12, 4, None, "回老家", None),
        (warehouse[4], "annual", 3, 10, None, "十天长假", False),
    )
    for person, kind, after, days, delegate, note, decision in stories:
        start = _midnight(now) + timedelta(days=after)
        draft = LeaveDraft(
            staff_id=person.staff_id or 0,
            kind=kind,
            starts_at=start,
            ends_at=start + timedelta(days=days),
            delegate_id=delegate.staff_id if delegate else None,
            note=note,
        )
        asked = min(start, now) - timedelta(days=3)
        leave_id = commands.request_leave(person, draft=draft, now=asked)
        if decision is not None:
            commands.decide_leave(
                manager,
                leave_id=leave_id,
                approve=decision,
                confirm_uncovered=True,
                note="" if decision else "这段时间正值大促，请改期",
                now=asked + timedelta(hours=5),
            )


def _midnight(now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(teams.SHANGHAI))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _swaps(crew: Crew, now: datetime) -> None:
    """One swap waits for a colleague, one for the manager."""
    service = crew.all_of("customer_service")
    start, end = _midnight(now) + timedelta(days=7), _midnight(now) + timedelta(days=14)
    waiting = 0
    for place, asker in enumerate(service):
        for colleague in service[place + 1 :]:
            if waiting == 2:
                return
            mine = queries.duties(start=start, end=end, staff_id=asker.staff_id)
            theirs = queries.duties(start=start, end=end, staff_id=colleague.staff_id)
            pair = _exchangeable(mine, theirs)
            if pair is None:
                continue
            swap_id = commands.ask_swap(
                asker,
                duty_id=pair[0].id,
                for_duty_id=pair[1].id,
                colleague_id=colleague.staff_id or 0,
                note="那天要去医院复查",
                now=now,
            )
            if waiting:
                commands.answer_swap(colleague, swap_id=swap_id, consents=True, now=now)
            waiting += 1
            break


def _exchangeable(
    mine: list[queries.DutyView], theirs: list[queries.DutyView]
) -> tuple[queries.DutyView, queries.DutyView] | None:
    """Find two duties on days on which the other is free."""
    my_days, their_days = {duty.on_date for duty in mine}, {duty.on_date for duty in theirs}
    for one in mine:
        for other in theirs:
            if one.on_date not in their_days and other.on_date not in my_days:
                return one, other
    return None

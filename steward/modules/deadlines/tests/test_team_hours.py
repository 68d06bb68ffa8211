"""A limit may count by the hours of its owner's team: it follows the owner, the team and the team's calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.deadlines import commands, handlers, queries
from steward.modules.deadlines.commands import ClockStart, ClockStop, Owner, PolicyDraft, Restatement
from steward.modules.deadlines.commands.policies import draft_of
from steward.modules.deadlines.events import PolicyChanged
from steward.modules.deadlines.models import Clock, History
from steward.modules.people import commands as people
from steward.modules.people.events import CalendarChanged, TeamChanged, TeamMembersSet
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, ten in the morning in Shanghai
HOUR = timedelta(hours=1)
TESTER = system("tests")
MORNING, NIGHT = ((540, 720),), ((1_200, 1_320),)  # nine to twelve, eight to ten at night
IN_MORNING = NOW + 24 * HOUR  # three hours of working time: two on Monday, one on Tuesday
AT_NIGHT = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)  # two on Monday night, one on Tuesday night
PLAIN = NOW + 3 * HOUR
KIND = ("ticket", "of_team")


def calendar(code: str, hours: tuple[tuple[int, int], ...]) -> None:
    draft = people.CalendarDraft(name=code, week=[hours] * 7)
    people.save_calendar(TESTER, code=code, draft=draft, reason="hours", now=NOW)


def team(code: str, calendar_code: str, *usernames: str) -> None:
    people.save_team(TESTER, code=code, draft=people.TeamDraft(name=code, calendar_code=calendar_code))
    people.set_team_members(TESTER, team_code=code, members=[people.MemberDraft(who(name)) for name in usernames])


def who(username: str) -> int:
    return make.staff(username).staff_id or 0


@pytest.fixture(autouse=True)
def _two_teams() -> None:
    """Wang works in the morning, Lin at night, Chen in no team; a limit of three hours follows its owner's team."""
    make.agent_wang(), make.clerk_lin(), make.checker_chen()
    calendar("morning", MORNING)
    calendar("night", NIGHT)
    team("early", "morning", "wang")
    team("late", "night", "lin")
    draft = PolicyDraft(target_s=3 * 3_600, responsible_role="customer_service", team_calendar=True)
    commands.add_policy(TESTER, subject_kind=KIND[0], clock_kind=KIND[1], code="", draft=draft)
    commands.forget_policies()


def start(owner: str | None, subject_id: int = 1) -> None:
    commands.forget_policies()
    owner_id = who(owner) if owner else None
    commands.start_clocks(TESTER, starts=[ClockStart(KIND[0], subject_id, KIND[1], NOW, owner_id=owner_id)], now=NOW)


def due(subject_id: int = 1) -> datetime | None:
    return Clock.objects.get(subject_id=subject_id).due_at


def recomputed() -> list[str]:
    return list(History.objects.filter(what="recomputed").values_list("reason", flat=True))


def give(owner: str | None) -> None:
    owned = [Owner(KIND[0], 1, KIND[1], who(owner) if owner else None)]
    commands.set_owners(TESTER, owners=owned, at=NOW)


@pytest.mark.parametrize(("owner", "then"), [("wang", IN_MORNING), ("lin", AT_NIGHT), ("chen", PLAIN), (None, PLAIN)])
def test_it_counts_by_the_hours_of_whose_team_has_it_and_by_the_named_ones_where_nobody_does(
    owner: str | None, then: datetime
) -> None:
    start(owner)
    assert due() == then


def test_it_follows_the_owner_with_the_reason_in_its_history() -> None:
    start(None)
    seen = []
    for owner in ("wang", "lin", "lin", "chen"):
        give(owner)
        seen.append(due())
    assert seen == [IN_MORNING, AT_NIGHT, AT_NIGHT, PLAIN]
    assert recomputed() == ["changed hands"] * 3


def test_what_was_used_up_by_one_teams_hours_stays_used_up_in_anothers() -> None:
    start("wang")
    owned = [Owner(KIND[0], 1, KIND[1], who("lin"))]
    commands.set_owners(TESTER, owners=owned, at=NOW + 2 * HOUR)  # noon: two of three hours are gone
    assert due() == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    assert Clock.objects.get().consumed_us == 2 * 3_600 * 1_000_000


def test_a_restatement_that_names_another_owner_moves_it_to_their_hours() -> None:
    start("wang")
    said = Restatement(KIND[0], 1, {}, owner_id=who("lin"))
    assert commands.restate_facts(TESTER, restatements=[said], at=NOW, reason="merged") == 1
    assert (due(), recomputed()) == (AT_NIGHT, ["merged"])


def test_a_limit_that_names_its_calendar_stays_with_it_whoever_has_it() -> None:
    line = next(one for one in queries.active_policies() if one.clock_kind == KIND[1])
    fixed = replace(draft_of(line), team_calendar=False, calendar="night")
    commands.set_policy(TESTER, policy_id=line.id, draft=fixed)
    start("wang")
    give("lin")
    assert (due(), recomputed()) == (AT_NIGHT, [])


def test_a_team_that_keeps_other_hours_moves_what_its_people_have_and_nothing_else() -> None:
    start("wang", 1)
    start("lin", 2)
    people.save_team(TESTER, code="early", draft=people.TeamDraft(name="early", calendar_code="night"))
    changed = TeamChanged(team_id=1, code="early", before={}, after={"calendar_code": "night"})
    with moment.frozen(NOW):
        handlers.on_team_changed_realign_clocks([changed])
        handlers.on_team_changed_realign_clocks([changed])
    assert (due(1), due(2)) == (AT_NIGHT, AT_NIGHT)
    assert recomputed() == ["team hours"]


def test_a_team_that_is_closed_gives_what_its_people_have_back_to_the_named_hours() -> None:
    start("wang")
    draft = people.TeamDraft(name="early", calendar_code="morning", is_active=False)
    people.save_team(TESTER, code="early", draft=draft)
    with moment.frozen(NOW):
        handlers.on_team_changed_realign_clocks(
            [TeamChanged(team_id=1, code="early", before={}, after={"is_active": False})]
        )
    assert due() == PLAIN


def test_somebody_who_changes_teams_takes_what_they_have_to_the_new_teams_hours() -> None:
    start("wang")
    people.set_team_members(
        TESTER, team_code="late", members=[people.MemberDraft(who("wang")), people.MemberDraft(who("lin"))]
    )
    with moment.frozen(NOW):
        handlers.on_team_members_set_realign_clocks(
            [TeamMembersSet(team_id=1, code="late", joined=[who("wang")], left=[])]
        )
    assert (due(), recomputed()) == (AT_NIGHT, ["team members"])


def test_somebody_who_leaves_their_team_leaves_its_hours() -> None:
    start("wang")
    people.set_team_members(TESTER, team_code="early", members=[])
    with moment.frozen(NOW):
        handlers.on_team_members_set_realign_clocks(
            [TeamMembersSet(team_id=1, code="early", joined=[], left=[who("wang")])]
        )
    assert due() == PLAIN


def test_another_version_of_a_teams_calendar_recomputes_what_its_people_have() -> None:
    start("wang")
    calendar("morning", ((540, 840),))
    with moment.frozen(NOW):
        handlers.on_calendar_changed_realign_clocks(
            [CalendarChanged(calendar_id=1, code="morning", version=2, reason="open longer")]
        )
    assert (due(), recomputed()) == (PLAIN, ["open longer"])


def test_what_runs_begins_to_follow_when_the_policy_says_so() -> None:
    line = next(one for one in queries.active_policies() if one.clock_kind == KIND[1])
    fixed = replace(draft_of(line), team_calendar=False)
    id_ = commands.set_policy(TESTER, policy_id=line.id, draft=fixed)
    start("lin")
    commands.set_policy(TESTER, policy_id=id_, draft=replace(fixed, team_calendar=True))
    change = PolicyChanged(
        policy_id=id_, about_kind=KIND[0], clock_kind=KIND[1], code="", before_s=1, after_s=1, fields=[], reason="fair"
    )
    with moment.frozen(NOW):
        handlers.on_policy_changed_realign_clocks([change])
    assert (due(), recomputed()) == (AT_NIGHT, ["fair"])


def test_pages_read_it_by_the_same_hours_as_the_sweep() -> None:
    start("wang")
    commands.pause_clocks(TESTER, pauses=[commands.ClockPause(*KIND[:1], 1, KIND[1], "waiting")], at=NOW + HOUR)
    commands.resume_clocks(TESTER, stops=[ClockStop(KIND[0], 1, KIND[1])], at=NOW + 10 * HOUR)
    clock = queries.clocks_of(KIND[0], 1)[0]
    tuesday_ten = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    assert clock.due_at == tuesday_ten + HOUR
    assert clock.used_s(tuesday_ten) == 2 * 3_600

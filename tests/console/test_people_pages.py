"""Teams, rosters, leave, on-call and calendars as people use them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from steward.kernel import moment
from steward.modules.people import commands, queries
from tests import make

pytestmark = pytest.mark.django_db


def said(answer: Any) -> str:
    """Return what the page will say."""
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def tomorrow() -> date:
    return moment.now().date() + timedelta(days=2)


def words(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_somebody_put_on_duty_stands_in_the_roster_and_on_their_own_page() -> None:
    make.team()
    wang = make.agent_wang()
    zhao, on = make.browser("zhao"), tomorrow().isoformat()
    fields = {"staff": wang.staff_id, "shift": "late", "first": on, "last": on}
    answer = zhao.post("/people/teams/service/duties", fields)
    assert said(answer) == "已排 1 个班次。"
    assert "晚班" in words(zhao, answer["Location"])
    assert "16:00–24:00" in words(make.browser("wang"), "/people/mine")


def test_what_overlaps_is_not_planned_and_the_page_says_why() -> None:
    make.team()
    make.team("other")
    make.duty("wang", "late", tomorrow())
    fields = {"staff": make.agent_wang().staff_id, "shift": "late", "first": tomorrow().isoformat()}
    answer = make.browser("zhao").post("/people/teams/other/duties", fields)
    assert said(answer) == "已排 0 个班次。 未排入 – 当时已有班: 1"


def test_uncovered_hours_stand_red_in_the_roster() -> None:
    make.team()
    on = tomorrow()
    for shift in ("night", "early"):
        make.duty("wang", shift, on) if shift == "night" else make.duty("chen", shift, on)
    page = words(make.browser("zhao"), f"/people/roster?team=service&week={on.isoformat()}")
    assert "16:00–24:00 <strong>−1</strong>" in page


def test_who_may_not_plan_sees_no_form() -> None:
    make.team()
    page = words(make.browser("wang"), "/people/roster?team=service")
    assert "duties" not in page.split("</header>")[-1].split("roster-grid")[0]
    assert make.browser("wang").post("/people/teams/service/duties", {}).status_code == 403


def test_leave_that_uncovers_a_shift_is_approved_on_the_second_look_only() -> None:
    make.team()
    make.duty("wang", "late", tomorrow())
    day = tomorrow().isoformat()
    make.browser("wang").post("/people/leave/new", {"kind": "annual", "first": day, "last": day})
    leave = queries.leaves()[0]
    zhao = make.browser("zhao")
    answer = zhao.post(f"/people/leave/{leave.id}/decide", {"decision": "approve"})
    assert answer.status_code == 409
    assert "在岗人数将不足" in answer.content.decode()
    assert queries.leave(leave.id).state == "requested"
    zhao.post(f"/people/leave/{leave.id}/decide", {"decision": "approve", "uncovered": "on"})
    assert queries.leave(leave.id).state == "approved"


def test_a_wish_for_leave_says_all_that_is_wrong_and_keeps_what_was_typed() -> None:
    day = tomorrow()
    fields = {"kind": "annual", "first": day.isoformat(), "last": (day - timedelta(days=9)).isoformat(), "note": "回家"}
    answer = make.browser("wang").post("/people/leave/new", fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "结束必须晚于开始" in page
    assert "回家" in page


def test_two_colleagues_swap_and_the_manager_approves() -> None:
    make.team(usernames=("wang", "lin"))
    mine = make.duty("wang", "late", tomorrow())
    wang, lin, zhao = (make.browser(name) for name in ("wang", "lin", "zhao"))
    answer = wang.post("/people/swaps/ask", {"duty": mine, "colleague": make.clerk_lin().staff_id})
    assert said(answer) == "已发出，先由同事答复，再由主管审批。"
    swap = queries.swaps()[0]
    assert "待同事答复" in words(lin, "/people/mine")
    lin.post(f"/people/swaps/{swap.id}/answer", {"answer": "yes"})
    assert "待主管审批" in words(zhao, "/people/leave?view=waiting")
    zhao.post(f"/people/swaps/{swap.id}/decide", {"decision": "approve"})
    assert queries.duties_by_id([mine])[mine].staff_id == make.clerk_lin().staff_id


def test_an_asked_swap_that_names_no_duty_is_not_found() -> None:
    make.team()
    answer = make.browser("wang").post("/people/swaps/ask", {"duty": "99", "for_duty": "98"})
    assert said(answer) == "找不到“98”，请核对单号或搜索。"
    assert queries.swaps() == []


def test_a_break_shows_to_colleagues() -> None:
    make.team()
    make.browser("wang").post("/people/mine/presence", {"said": "break:15"})
    assert "presence-break" in words(make.browser("zhao"), "/people/teams/service")


def test_who_is_on_call_now_stands_on_the_page_with_the_turns_that_follow() -> None:
    make.team(usernames=("wang", "lin"))
    people = [make.agent_wang().staff_id, make.clerk_lin().staff_id]
    zhao = make.browser("zhao")
    fields: dict[str, Any] = {f"place-{staff_id}": place for place, staff_id in enumerate(people, 1)}
    today = moment.now().astimezone(ZoneInfo("Asia/Shanghai")).date()  # turns change at the team's midnight
    fields |= {"anchor": today.isoformat(), "period": 1, "handover": "00:00"}
    assert said(zhao.post("/people/on-call/service/turns", fields)) == "已保存。"
    turn = queries.on_call("service", at=moment.now())
    assert turn is not None
    assert (turn.primary_id, turn.secondary_id) == tuple(people)
    assert "王丽" in words(make.browser("chen"), "/people/on-call")


def test_a_calendar_is_previewed_before_it_counts() -> None:
    zhao = make.browser("zhao")
    fields = {"code": "office", "name": "办公室", "zone": "Asia/Shanghai", "country": "CN", "exceptions": "2026-12-31"}
    fields |= {f"day-{day}": "09:00-12:00，13:30-18:00" for day in range(5)}
    preview = zhao.post("/people/calendars/new", fields | {"do": "preview"})
    assert "预览：尚未生效" in preview.content.decode()
    assert "office" not in queries.active_calendars()
    saved = zhao.post("/people/calendars/new", fields | {"do": "save"})
    assert saved["Location"] == "/people/calendars/office"
    assert queries.active_calendar("office").windows_on(date(2026, 12, 31)) == ()
    assert "pp-look-holiday" in words(zhao, "/people/calendars/office")


def test_times_that_are_none_are_named_beside_their_day() -> None:
    fields = {"code": "c", "name": "c", "zone": "Asia/Shanghai", "day-0": "9 bis 12", "do": "save"}
    answer = make.browser("zhao").post("/people/calendars/new", fields)
    assert answer.status_code == 422
    assert "请按此格式填写" in answer.content.decode()


def test_who_may_only_look_at_calendars_cannot_change_them() -> None:
    assert make.browser("wang").post("/people/calendars/always", {"do": "save"}).status_code == 403


def test_a_team_is_made_and_filled_with_people() -> None:
    zhao, wang = make.browser("zhao"), make.agent_wang()
    fields = {"name": "夜班组", "code": "night", "calendar": "always", "time_zone": "Asia/Shanghai", "minimum": 2}
    assert zhao.post("/people/teams/new", fields)["Location"] == "/people/teams/night"
    members = {"members": wang.staff_id, "own": wang.staff_id, f"share-{wang.staff_id}": 50}
    zhao.post("/people/teams/night/members", members)
    assert [(one.staff_id, one.share_percent) for one in queries.members("night")] == [(wang.staff_id, 50)]


def test_a_team_without_a_name_keeps_what_was_typed() -> None:
    answer = make.browser("zhao").post("/people/teams/new", {"code": "night", "minimum": "0", "calendar": "always"})
    assert answer.status_code == 422
    assert 'value="night"' in answer.content.decode()
    assert queries.teams() == []


def test_somebodys_skills_are_set_on_their_page() -> None:
    zhao, wang = make.browser("zhao"), make.agent_wang()
    zhao.post("/people/skills", {"code": "german", "name": "德语"})
    zhao.post(f"/people/staff/{wang.staff_id}/abilities", {"level-german": 4, "capacity": "5"})
    assert queries.staff_with_skill("german", level=4) == {wang.staff_id: 4}
    assert queries.capacities([wang.staff_id or 0]) == {wang.staff_id: 5}


def test_a_pattern_plans_weeks_from_the_page_of_the_team() -> None:
    make.team()
    zhao, on = make.browser("zhao"), tomorrow()
    fields = {"name": "两班", "pattern": "early, late, -", "anchor": on.isoformat()}
    zhao.post("/people/teams/service/rotation", fields | {f"ahead-{make.agent_wang().staff_id}": "0"})
    days = {"first": on.isoformat(), "last": (on + timedelta(days=5)).isoformat(), "rotation": "pattern"}
    assert said(zhao.post("/people/teams/service/rotation/apply", days)).endswith("已排 4 个班次。")


def test_which_notices_come_by_e_mail_is_everybodys_own_choice() -> None:
    make.browser("wang").post("/people/me", {"locale": "zh-hans", "notify_email": "none"})
    wang = make.agent_wang().staff_id or 0
    assert queries.staff_contact([wang])[wang].notify_email == "none"


def test_what_waits_for_a_decision_is_counted_beside_the_menu() -> None:
    draft = commands.LeaveDraft(
        staff_id=make.agent_wang().staff_id or 0,
        kind="annual",
        starts_at=make.NOW,
        ends_at=make.NOW + timedelta(days=1),
    )
    commands.request_leave(make.agent_wang(), draft=draft, now=make.NOW)
    assert make.browser("zhao").get("/counts").json()["people.decisions"] == 1
    assert "people.decisions" not in make.browser("wang").get("/counts").json()

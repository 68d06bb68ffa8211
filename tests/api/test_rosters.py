"""Shifts, patterns, turns on call, swaps, presence and skills, by programs and by people in their session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.test import Client

from steward.kernel.models import Event
from steward.modules.people import queries
from tests import make
from tests.api.caller import Answer, Caller

pytestmark = pytest.mark.django_db
DAYS = "2026-03-02", "2026-03-05"


def hr() -> Caller:
    return Caller("people.view", "people.teams", "people.roster", "people.calendars")


def person(username: str) -> Client:
    """Return somebody's own session; the test client needs no CSRF token."""
    return make.browser(username)


def say(client: Client, path: str, **body: object) -> Answer:
    return client.post(f"/api/v1/{path}", msgspec.json.encode(body), content_type="application/json")


def staff_id(username: str) -> int:
    return make.staff(username).staff_id or 0


def test_a_shift_is_made_and_a_pattern_of_it_plans_days() -> None:
    make.team()
    shift = hr().post("teams/service/shifts/noon", {"name": "午班", "start_min": 600, "end_min": 1080})
    assert shift.json()["start_min"] == 600
    wang = staff_id("wang")
    pattern = {
        "name": "上二休一",
        "pattern": ["noon", "noon", ""],
        "anchor": DAYS[0],
        "members": [{"staff_id": wang, "ahead_days": 1}],
    }
    made = hr().post("teams/service/patterns/two", pattern)
    assert made.json()["members"] == [{"staff_id": wang, "name": "王丽", "ahead_days": 1}]
    assert hr().get("teams/service/patterns").json()["rows"] == [made.json()]
    planned = hr().post("teams/service/patterns/two/apply", {"first": DAYS[0], "last": DAYS[1]}).json()["results"]
    assert [(one["on"], one["outcome"]) for one in planned] == [
        ("2026-03-02", "planned"),
        ("2026-03-04", "planned"),
        ("2026-03-05", "planned"),
    ]
    again = hr().post("teams/service/patterns/two/apply", {"first": DAYS[0], "last": DAYS[1]}).json()["results"]
    assert {one["outcome"] for one in again} == {"exists"}


def test_a_pattern_of_an_unknown_shift_is_refused_and_leaves_nothing() -> None:
    make.team()
    body = {"name": "x", "pattern": ["dawn"], "anchor": DAYS[0]}
    answer = hr().post("teams/service/patterns/two", body)
    assert (answer.status_code, answer.json()["findings"][0]["field"]) == (422, "pattern")
    assert hr().get("teams/service/patterns").json() == {"rows": []}


def test_turns_are_set_and_who_is_on_call_follows_them() -> None:
    make.team(usernames=("wang", "chen"))
    assert hr().get("teams/service/on-call").status_code == 404
    wang, chen = staff_id("wang"), staff_id("chen")
    set_ = hr().post("teams/service/on-call", {"staff_ids": [chen, wang], "anchor": DAYS[0]})
    assert [one["staff_id"] for one in set_.json()["members"]] == [chen, wang]
    assert hr().get("teams/service/on-call").json() == set_.json()
    turn = hr().get("on-call", at="2026-03-02T02:00:00Z").json()["rows"][0]
    assert (turn["primary_id"], turn["secondary_id"]) == (chen, wang)


def test_an_override_is_listed_until_it_is_cancelled() -> None:
    make.team(usernames=("wang", "chen"))
    hr().post("teams/service/on-call", {"staff_ids": [staff_id("wang")], "anchor": DAYS[0]})
    begins = datetime.now(UTC) + timedelta(days=1)
    body = {
        "tier": "primary",
        "staff_id": staff_id("chen"),
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=8)).isoformat(),
        "reason": "考试",
    }
    made = hr().post("teams/service/on-call/overrides", body).json()["id"]
    assert [row["id"] for row in hr().get("on-call/overrides").json()["rows"]] == [made]
    assert hr().post(f"on-call/overrides/{made}/cancel").json() == {"id": made}
    assert hr().get("on-call/overrides").json() == {"rows": []}
    assert hr().post(f"on-call/overrides/{made}/cancel").status_code == 409


def test_people_swap_through_the_api_and_a_third_person_decides() -> None:
    make.team(usernames=("wang", "chen"))
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    duty = make.duty("wang", "late", day)
    asked = say(person("wang"), "swaps", duty_id=duty, colleague_id=staff_id("chen"), note="家里有事")
    assert asked.json()["state"] == "asked"
    swap = asked.json()["id"]
    assert [row["id"] for row in hr().get("swaps", staff_id=staff_id("chen")).json()["rows"]] == [swap]
    assert say(person("chen"), f"swaps/{swap}/answer", consents=True).json()["state"] == "consented"
    assert say(person("zhao"), f"swaps/{swap}/decide", approve=True).json()["state"] == "approved"
    assert queries.duties_by_id([duty])[duty].staff_id == staff_id("chen")
    assert hr().get("swaps").json() == {"rows": []}
    assert [row["state"] for row in hr().get("swaps", open="false").json()["rows"]] == ["approved"]


def test_a_wish_is_taken_back_by_who_had_it_and_by_nobody_else() -> None:
    make.team(usernames=("wang", "chen"))
    duty = make.duty("wang", "late", (datetime.now(UTC) + timedelta(days=3)).date())
    swap = say(person("wang"), "swaps", duty_id=duty, colleague_id=staff_id("chen")).json()["id"]
    assert say(person("chen"), f"swaps/{swap}/withdraw").status_code == 403
    assert say(person("wang"), f"swaps/{swap}/withdraw").json()["state"] == "withdrawn"


def test_a_program_has_no_duty_to_give_away_and_is_nowhere() -> None:
    make.team(usernames=("wang", "chen"))
    duty = make.duty("wang", "late", (datetime.now(UTC) + timedelta(days=3)).date())
    assert hr().post("swaps", {"duty_id": duty, "colleague_id": staff_id("chen")}).status_code == 404
    assert hr().post("presence", {"said": "break", "minutes": 15}).status_code == 403
    assert hr().get("swaps").json() == {"rows": []}


def test_a_person_says_that_they_are_away_and_back() -> None:
    make.agent_wang()
    wang = person("wang")
    assert say(wang, "presence", said="break", minutes=15).json() == {"staff_id": staff_id("wang"), "state": "break"}
    assert say(wang, "presence", said="").json()["state"] == "online"
    assert say(wang, "presence", said="break", minutes=0).status_code == 422


def test_skills_are_added_and_given() -> None:
    wang = staff_id("wang")
    assert hr().post("skills/english", {"name": "英语"}).json() == {"code": "english", "name": "英语"}
    assert hr().get("skills").json()["rows"] == [{"code": "english", "name": "英语"}]
    given = hr().post(f"staff/{wang}/abilities", {"levels": {"english": 4}, "capacity": 6})
    assert given.json() == {"staff_id": wang, "levels": {"english": 4}, "capacity": 6}
    wrong = hr().post(f"staff/{wang}/abilities", {"levels": {"latin": 2}})
    assert wrong.status_code == 422
    assert queries.skill_levels([wang]) == {wang: {"english": 4}}


def test_the_versions_of_a_calendar_are_read_newest_first() -> None:
    week = [[[540, 1080]]] * 5 + [[], []]
    for name in ("一版", "二版"):
        hr().post("calendars/shop", {"name": name, "week": week})
    rows = hr().get("calendars/shop/versions").json()["rows"]
    assert [(row["version"], row["active"]) for row in rows] == [(2, True), (1, False)]
    assert hr().get("calendars/none/versions").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("teams/service/shifts/noon", {"name": "午班", "start_min": 600, "end_min": 1080}),
        ("teams/service/patterns/two", {"name": "x", "pattern": [""], "anchor": DAYS[0]}),
        ("teams/service/on-call", {"staff_ids": [1], "anchor": DAYS[0]}),
        ("skills/english", {"name": "英语"}),
    ],
)
def test_without_the_right_nothing_is_planned(path: str, body: dict[str, object]) -> None:
    make.team()
    before = Event.objects.count()
    caller = Caller("people.view")
    told = Event.objects.count()
    assert caller.post(path, body).status_code == 403
    assert Event.objects.count() == told >= before

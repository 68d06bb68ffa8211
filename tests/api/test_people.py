"""Teams, rosters, leave, on-call and calendars for programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from steward.modules.people import queries
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
DAY = "2026-03-02"


def hr() -> Caller:
    return Caller("people.view", "people.teams", "people.roster", "people.calendars")


def test_a_team_is_made_filled_and_read() -> None:
    wang = make.agent_wang().staff_id
    hr().post("teams/service", {"name": "客服一组", "minimum_on_duty": 2})
    answer = hr().post("teams/service/members", {"members": [{"staff_id": wang}]})
    assert answer.status_code == 200
    assert answer.json()["team"]["minimum_on_duty"] == 2
    assert [member["staff_id"] for member in answer.json()["members"]] == [wang]


def test_duties_are_answered_one_by_one_and_the_roster_shows_the_gaps() -> None:
    make.team()
    wang = make.agent_wang().staff_id
    duties = [{"staff_id": wang, "shift": shift, "on": DAY} for shift in ("late", "noon")]
    answer = hr().post("teams/service/duties", {"duties": duties})
    assert [result["outcome"] for result in answer.json()["results"]] == ["planned", "unknown_shift"]
    found = hr().get("duties", team="service", first=DAY, last=DAY).json()
    assert [row["staff_id"] for row in found["rows"]] == [wang]
    assert [gap["present"] for gap in found["gaps"]] == [0, 0]


def test_duties_are_cancelled_with_a_reason() -> None:
    make.team()
    duty = make.duty("wang", "late", datetime.now(UTC).date() + timedelta(days=2))
    assert hr().post("duties/cancel", {"ids": [duty], "reason": "ill"}).json() == {"cancelled": 1}
    assert queries.duties_by_id([duty])[duty].state == "cancelled"


def test_a_stretch_of_more_than_three_months_is_refused() -> None:
    answer = hr().get("duties", first="2026-01-01", last="2026-12-31")
    assert answer.status_code == 422


def test_a_program_enters_leave_and_cannot_decide_on_it() -> None:
    wang = make.agent_wang().staff_id
    body = {"staff_id": wang, "kind": "sick", "starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-03T00:00:00Z"}
    made = hr().post("leave", body)
    assert made.json()["state"] == "requested"
    refused = Caller("people.approve", "people.view").post(f"leave/{made.json()['id']}/decide", {"approve": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "decided_by_another")
    assert [row["state"] for row in hr().get("leave", staff_id=wang).json()["rows"]] == ["requested"]


def test_without_the_right_to_plan_a_program_enters_no_leave() -> None:
    body = {
        "staff_id": make.agent_wang().staff_id,
        "kind": "sick",
        "starts_at": "2026-03-02T00:00:00Z",
        "ends_at": "2026-03-03T00:00:00Z",
    }
    assert Caller("people.view").post("leave", body).status_code == 403
    assert queries.leaves() == []


def test_a_calendar_gets_a_new_version_and_names_what_is_wrong_with_one() -> None:
    week = [[[540, 720], [810, 1080]]] * 5 + [[], []]
    body = {"name": "Office", "week": week, "country": "CN", "exceptions": {"2026-12-31": []}}
    made = hr().post("calendars/office", body).json()
    assert (made["version"], made["days"]["2026-12-31"]) == (1, [])
    wrong = hr().post("calendars/office", body | {"week": [[[720, 540]], *week[1:]], "zone": "Mars"})
    assert {finding["field"] for finding in wrong.json()["findings"]} == {"zone", "week.0"}
    assert hr().get("calendars/office").json()["version"] == 1


def test_who_is_on_call_and_who_is_there_is_told_to_who_may_know() -> None:
    assert hr().get("on-call").json() == {"rows": []}
    assert hr().get("presence").json() == {"rows": []}
    for path in ("teams", "on-call", "presence", "leave", "calendars"):
        assert Caller("orders.view").get(path).status_code == 403

"""The policy editor: list, change, preview, retire."""

from __future__ import annotations

import pytest

from steward.kernel import moment
from steward.modules.deadlines import queries
from steward.modules.people import commands as people
from tests import make

pytestmark = pytest.mark.django_db
FORM = {
    "name": "",
    "amount": "1",
    "unit": "h",
    "calendar": "always",
    "role": "customer_service",
    "rank": "20",
    "pausable": "on",
    "condition_fact": ["level", ""],
    "condition_op": ["in", "is"],
    "condition_value": ["gold, black", ""],
    "warn_amount": ["50", "10", ""],
    "warn_unit": ["percent", "min", "percent"],
    "step_amount": ["30", ""],
    "step_unit": ["min", "min"],
    "step_side": ["after", "after"],
    "step_verb": ["manager", "notify"],
    "step_whom": ["after_sales_manager", ""],
    "reason": "Gold customers",
    "arrives": "2026-03-06T17:50",
}


def line(clock: str, code: str = "") -> queries.PolicyView:
    return next(one for one in queries.active_policies() if (one.clock_kind, one.code) == (clock, code))


def test_the_list_shows_every_limit_with_its_condition_and_hours() -> None:
    page = make.browser("zhao", locale="en").get("/settings/limits").content.decode()
    assert "First reply" in page
    assert "urgency is urgent" in page


def test_a_policy_is_added_changed_and_taken_out_of_force() -> None:
    client = make.browser("zhao")
    added = client.post("/settings/limits/new", FORM | {"kind": "ticket:first_reply", "code": "gold"})
    new = line("first_reply", "gold")
    assert added["Location"] == f"/settings/limits/{new.id}/edit"
    assert (new.target_s, new.rank, new.condition[0].value) == (3_600, 20, ["gold", "black"])
    assert [(one.share, one.before_s) for one in new.warnings] == [(0.5, None), (None, 600)]
    assert (new.ladder[0].after_s, new.ladder[0].verb) == (1_800, "manager")

    page = client.get(f"/settings/limits/{new.id}/edit").content.decode()
    assert 'value="gold, black"' in page
    client.post(f"/settings/limits/{new.id}/edit", FORM | {"amount": "2"})
    changed = line("first_reply", "gold")
    assert (changed.version, changed.target_s, changed.reason) == (2, 7_200, "Gold customers")

    client.post(f"/settings/limits/{changed.id}/retire", {"reason": "over"})
    assert not [one for one in queries.active_policies() if one.code == "gold"]
    assert "/retire" not in client.get(f"/settings/limits/{new.id}/edit").content.decode()


def test_the_preview_says_when_something_of_friday_evening_would_be_due() -> None:
    with moment.frozen(make.NOW):
        page = make.browser("zhao", locale="en").post("/settings/limits/preview", FORM).content.decode()
    assert "2026-03-06 18:50" in page
    assert "Call in the manager" in page


def test_a_limit_follows_the_hours_of_its_owners_team_and_the_preview_says_what_that_means() -> None:
    client = make.browser("zhao", locale="en")
    client.post("/settings/limits/new", FORM | {"kind": "ticket:first_reply", "code": "gold", "team_calendar": "on"})
    new = line("first_reply", "gold")
    assert new.team_calendar
    assert 'name="team_calendar" checked' in client.get(f"/settings/limits/{new.id}/edit").content.decode()
    assert "the owner&#x27;s team&#x27;s, else" in client.get("/settings/limits").content.decode()

    make.team()
    people.save_team(
        make.TESTER, code="office", draft=people.TeamDraft(name="Office people", calendar_code="cn-office")
    )
    with moment.frozen(make.NOW):
        page = client.post("/settings/limits/preview", FORM | {"team_calendar": "on"}).content.decode()
        plain = client.post("/settings/limits/preview", FORM).content.decode()
    teams = page.partition("nobody has it")[2]
    assert teams.index("2026-03-09 09:50") < teams.index("Office people")
    assert teams.index("2026-03-06 18:50") < teams.index("客服一组")
    assert "Office people" not in plain


def test_the_preview_says_what_cannot_be_read() -> None:
    page = make.browser("zhao", locale="en").post("/settings/limits/preview", FORM | {"amount": "x"})
    assert "Give a time between one second and a year." in page.content.decode()


def test_who_may_not_change_policies_sees_none() -> None:
    assert make.browser("lin").get("/settings/limits").status_code == 403

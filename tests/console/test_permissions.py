"""What a role opens, what it does not, and how that changes."""

import re
from pathlib import Path

import pytest
from django.test import Client

import steward
from steward.interfaces.console import navigation
from steward.modules.people import commands, queries, rules
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def role(code: str) -> queries.RoleView:
    return next(role for role in queries.roles() if role.code == code)


def test_who_is_not_signed_in_is_sent_to_the_entrance() -> None:
    answer = Client().get("/people/roles")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/people/roles"


def test_a_request_of_a_page_whose_session_ended_goes_to_the_entrance_as_a_whole() -> None:
    answer = Client(headers=HTMX).get("/counts")
    assert answer["HX-Redirect"] == "/accounts/login/"


def test_a_role_without_the_permission_gets_403_with_its_name_and_whom_to_ask() -> None:
    make.administrator()
    answer = make.browser("lin", locale="en").get("/people/roles")
    words = answer.content.decode()
    assert answer.status_code == 403
    assert "Give permissions to roles" in words
    assert make.ROLES["admin"][0] in words


def test_the_menu_shows_only_what_may_be_opened() -> None:
    menu = make.browser("lin").get("/people/me").content.decode()
    assert 'href="/orders/new"' in menu
    assert 'href="/people/roles"' not in menu


def test_every_place_of_the_menu_opens_for_an_administrator() -> None:
    client = make.browser("admin")
    places = list(navigation.places(make.administrator()))
    assert {client.get(place.url).status_code for place in places} == {200}


def test_who_has_no_role_sees_their_own_work_and_account_alone() -> None:
    make.outsider_sam()
    assert [place.url_name for place in navigation.places(make.outsider_sam())] == ["home"]
    assert make.browser("sam").get("/").status_code == 200


def test_a_tick_changes_what_a_person_may_do_at_the_next_request() -> None:
    clerk, boss = make.browser("lin"), make.browser("admin")
    assert clerk.get("/settings/audit").status_code == 403
    tick = f"/people/roles/{role('order_clerk').id}/tick"
    given = boss.post(tick, {"permission": "settings.audit", "granted": "on"}, headers=HTMX)
    assert "checked" in given.content.decode()
    assert clerk.get("/settings/audit").status_code == 200
    boss.post(tick, {"permission": "settings.audit"}, headers=HTMX)
    assert clerk.get("/settings/audit").status_code == 403


def test_a_refused_tick_comes_back_as_it_was_with_a_toast() -> None:
    boss = make.browser("admin", locale="en")
    tick = f"/people/roles/{role('administrator').id}/tick"
    answer = boss.post(tick, {"permission": "*"}, headers=HTMX)
    assert "checked" in answer.content.decode()
    assert "nobody could give permissions" in answer["HX-Trigger"]
    assert make.administrator().may("settings.roles")


def test_a_revoked_token_stops_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    boss = make.administrator()
    issued = commands.issue_token(boss, name="shop", permissions=["orders.view"])
    clock = [1000.0]
    monkeypatch.setattr("steward.modules.people.queries.actors.time.monotonic", lambda: clock[0])
    queries.forget_tokens()
    assert queries.actor_for_token(issued.secret) is not None
    # Revoked on another machine: this process is not told and still remembers the token.
    commands.revoke_token(boss, token_id=issued.id, now=make.NOW)
    assert queries.actor_for_token(issued.secret) is not None
    clock[0] += 5.0
    assert queries.actor_for_token(issued.secret) is None


def test_a_tokens_secret_is_shown_once() -> None:
    client = make.browser("admin")
    answer = client.post("/people/tokens", {"name": "shop", "permissions": ["orders.enter"], "days": "90"})
    found = re.search(r"stw_[\w-]{43}", answer.content.decode())
    assert found
    assert answer["Cache-Control"].find("no-store") >= 0
    assert found[0] not in client.get("/people/tokens").content.decode()
    assert queries.actor_for_token(found[0]) is not None


def test_every_permission_the_code_asks_for_can_be_given() -> None:
    asked = re.compile(r"""(?:needs\(|needs=|\.may\(|\.require\()"([a-z_]+\.[a-z_]+)\"""")
    root = Path(steward.__file__).parent
    files = [path for path in root.rglob("*.py") if "tests" not in path.parts]
    found = {code for path in files for code in asked.findall(path.read_text(encoding="utf-8"))}
    assert found - rules.PERMISSIONS - rules.OF_THE_SYSTEM == set()


def test_every_permission_has_words() -> None:
    assert {permission.code for permission in queries.permissions()} == rules.PERMISSIONS

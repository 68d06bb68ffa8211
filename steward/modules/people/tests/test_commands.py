"""Letting people in and go, giving permissions, issuing tokens."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model

from steward.kernel import audit
from steward.kernel.actor import Actor, system
from steward.kernel.errors import BadInput
from steward.modules.people import commands, queries
from steward.modules.people.commands.guards import GivesMoreThanHeld, LastAdministrator, UnknownPermission
from steward.modules.people.commands.preferences import UnknownPreference
from steward.modules.people.commands.staff import NotYourself
from steward.modules.people.models import ApiToken, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SETUP = system("tests")
PASSWORD = "a long enough sentence 1"


def person(username: str, *roles: str) -> Actor:
    """Let somebody in."""
    commands.create_staff(SETUP, username=username, name=username.title(), password=PASSWORD, role_codes=roles)
    return again(username)


def again(username: str) -> Actor:
    """Resolve somebody as the next request would."""
    return queries.actor_for_staff(get_user_model().objects.get(username=username))


def role_id(code: str) -> int:
    return Role.objects.get(code=code).id


def last_kinds() -> list[str]:
    return [row.kind for row in audit.page(limit=3).rows]


def test_the_seeded_roles_are_those_of_the_requirements() -> None:
    assert {role.code for role in queries.roles()} == {
        "after_sales_manager", "customer_service", "technical_support", "logistics_coordinator", "data_analyst",
        "order_clerk", "order_checker", "warehouse", "finance", "supervisor", "trainer", "it_operator",
        "market_researcher", "administrator",
    }  # fmt: skip


def test_a_person_may_what_any_of_their_roles_may() -> None:
    lin = person("lin", "order_clerk", "warehouse")
    assert lin.may("orders.enter")
    assert lin.may("stock.move")
    assert not lin.may("orders.audit")


def test_a_new_account_names_every_problem_at_once_and_leaves_nothing() -> None:
    with pytest.raises(BadInput) as refusal:
        commands.create_staff(SETUP, username=" ", name="", password="short", role_codes=["pilot"])
    assert {finding["field"] for finding in refusal.value.findings} == {"username", "name", "password", "roles"}
    assert queries.staff_list(with_former=True) == []


def test_a_user_name_is_taken_whatever_its_case() -> None:
    person("lin")
    with pytest.raises(BadInput):
        person("LIN")


def test_nobody_gives_a_role_that_may_more_than_they_do() -> None:
    person("boss", "administrator")
    lin = person("lin", "order_clerk")
    keeper = Actor(id="person:0", kind="person", permissions=frozenset({"settings.staff"}))
    with pytest.raises(GivesMoreThanHeld):
        commands.set_staff_roles(keeper, staff_id=lin.staff_id or 0, role_ids=[role_id("administrator")])
    assert not again("lin").may("settings.roles")


def test_the_last_administrator_keeps_the_role() -> None:
    boss = person("boss", "administrator")
    with pytest.raises(LastAdministrator):
        commands.set_staff_roles(boss, staff_id=boss.staff_id or 0, role_ids=[role_id("trainer")])
    assert again("boss").may("settings.roles")


def test_the_last_administrator_cannot_be_deactivated() -> None:
    boss = person("boss", "administrator")
    with pytest.raises(LastAdministrator):
        commands.deactivate_staff(SETUP, staff_id=boss.staff_id or 0, now=NOW)


def test_the_matrix_cannot_take_everything_from_the_last_administrators() -> None:
    boss = person("boss", "administrator")
    with pytest.raises(LastAdministrator):
        commands.set_role_permission(boss, role_id=role_id("administrator"), permission="*", granted=False)
    assert again("boss").may("orders.view")


def test_one_of_two_administrators_may_go() -> None:
    boss, second = person("boss", "administrator"), person("second", "administrator")
    commands.deactivate_staff(boss, staff_id=second.staff_id or 0, now=NOW)
    assert [each.username for each in queries.staff_list()] == ["boss"]


def test_nobody_deactivates_themselves() -> None:
    boss = person("boss", "administrator")
    person("second", "administrator")
    with pytest.raises(NotYourself):
        commands.deactivate_staff(boss, staff_id=boss.staff_id or 0, now=NOW)


def test_the_tokens_of_who_leaves_stop() -> None:
    boss, second = person("boss", "administrator"), person("second", "administrator")
    issued = commands.issue_token(second, name="shop", permissions=["orders.enter"])
    commands.deactivate_staff(boss, staff_id=second.staff_id or 0, now=NOW)
    queries.forget_tokens()
    assert queries.actor_for_token(issued.secret) is None


def test_a_tick_of_the_matrix_counts_at_once_and_is_recorded() -> None:
    boss, lin = person("boss", "administrator"), person("lin", "order_clerk")
    assert not lin.may("orders.audit")
    commands.set_role_permission(boss, role_id=role_id("order_clerk"), permission="orders.audit", granted=True)
    assert again("lin").may("orders.audit")
    assert last_kinds()[0] == "people.role_permission_set"


def test_a_tick_that_is_there_already_changes_and_records_nothing() -> None:
    boss = person("boss", "administrator")
    before = last_kinds()
    role = role_id("order_clerk")
    assert not commands.set_role_permission(boss, role_id=role, permission="orders.enter", granted=True)
    assert last_kinds() == before


def test_a_permission_of_the_system_cannot_be_given() -> None:
    boss = person("boss", "administrator")
    with pytest.raises(UnknownPermission):
        commands.set_role_permission(boss, role_id=role_id("trainer"), permission="deadlines.sweep", granted=True)


def test_only_the_hash_of_a_tokens_secret_is_kept() -> None:
    boss = person("boss", "administrator")
    issued = commands.issue_token(boss, name="shop", permissions=["orders.enter"], scopes=["tmall"])
    row = ApiToken.objects.get(id=issued.id)
    assert issued.secret not in str(row.__dict__)
    assert len(bytes(row.token_hash)) == 32
    actor = queries.actor_for_token(issued.secret)
    assert actor is not None
    assert actor.kind == "token"
    assert actor.covers("tmall")
    assert not actor.covers("jd")


def test_a_token_may_not_more_than_who_issues_it() -> None:
    keeper = Actor(id="person:0", kind="person", permissions=frozenset({"settings.tokens", "orders.view"}), staff_id=1)
    with pytest.raises(GivesMoreThanHeld):
        commands.issue_token(keeper, name="shop", permissions=["orders.cancel"])


def test_an_expired_token_opens_nothing() -> None:
    boss = person("boss", "administrator")
    issued = commands.issue_token(boss, name="old", permissions=["orders.view"], expires_at=NOW)
    assert queries.actor_for_token(issued.secret) is None


def test_a_made_up_secret_opens_nothing() -> None:
    assert queries.actor_for_token("stw_made-up") is None
    assert queries.actor_for_token("") is None


def test_preferences_are_checked_saved_and_recorded_once() -> None:
    lin = person("lin")
    commands.set_preferences(lin, locale="en", time_zone="Europe/London")
    commands.set_preferences(lin, locale="en")
    assert again("lin").locale == "en"
    assert last_kinds().count("people.preferences_set") == 1
    with pytest.raises(UnknownPreference):
        commands.set_preferences(lin, theme="purple")


def test_names_are_put_to_who_acted() -> None:
    lin = person("lin")
    names = queries.actor_names([lin.id, "person:999999", "system:sweeper"])
    assert names[lin.id] == "Lin"
    assert names["person:999999"] == "person:999999"
    assert names["system:sweeper"].endswith("sweeper")


def test_a_person_let_in_without_a_password_cannot_sign_in_until_it_is_reset() -> None:
    staff_id = commands.create_staff(SETUP, username="mia", name="Mia", password=None, role_codes=["trainer"])
    assert not get_user_model().objects.get(id=staff_id).check_password(PASSWORD)

    commands.reset_password(SETUP, staff_id=staff_id, password=PASSWORD)

    assert get_user_model().objects.get(id=staff_id).check_password(PASSWORD)

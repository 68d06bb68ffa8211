"""What can be permitted, and what must never be given away."""

from datetime import UTC, datetime, timedelta

from steward.modules.people import rules

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_permission_outside_the_catalogue_is_named() -> None:
    assert rules.unknown_permissions(["orders.view", "orders.fly"]) == ["orders.fly"]


def test_nobody_gives_more_than_they_hold() -> None:
    assert rules.beyond({"orders.view"}, ["orders.view", "orders.audit"]) == ["orders.audit"]


def test_who_may_everything_gives_everything() -> None:
    assert rules.beyond({rules.ALL}, rules.PERMISSIONS) == []


def test_a_secret_is_long_random_and_marked() -> None:
    first, second = rules.new_secret(), rules.new_secret()
    assert first.startswith("stw_")
    assert len(first) >= 46
    assert first != second


def test_a_token_is_live_until_it_expires_or_is_revoked() -> None:
    assert rules.is_token_live(expires_at=None, revoked_at=None, now=NOW)
    assert rules.is_token_live(expires_at=NOW + timedelta(seconds=1), revoked_at=None, now=NOW)
    assert not rules.is_token_live(expires_at=NOW, revoked_at=None, now=NOW)
    assert not rules.is_token_live(expires_at=None, revoked_at=NOW, now=NOW)

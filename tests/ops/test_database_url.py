"""A database URL is understood whole or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from steward.kernel import database
from steward.kernel.database import url


def test_a_whole_url_becomes_django_settings() -> None:
    address = url.parse("postgresql://ann%40shop:p%23ss@db.example:6432/steward?sslmode=require")

    made = url.django_settings(address, url.Limits(pool_max=7), behind_pooler=False)

    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"]) == ("ann@shop", "p#ss", "db.example", "6432")
    assert made["OPTIONS"]["sslmode"] == "require"
    assert made["OPTIONS"]["pool"]["max_size"] == 7
    assert (made["CONN_MAX_AGE"], made["CONN_HEALTH_CHECKS"]) == (0, True)


def test_sessions_of_our_own_prepare_statements_and_have_time_outs() -> None:
    made = url.django_settings(url.parse("postgresql:///steward"), url.Limits(), behind_pooler=False)

    assert made["OPTIONS"]["prepare_threshold"] == 5
    assert made["OPTIONS"]["server_side_binding"] is True
    assert "-c lock_timeout=5000" in made["OPTIONS"]["options"]


def test_behind_a_pooler_nothing_is_kept_in_a_session() -> None:
    given = {"DATABASE_URL": "postgresql://pooler/steward", "DATABASE_DIRECT_URL": "postgresql://db/steward"}

    made = database.connection_settings(given, Path("/nowhere"))

    assert made["OPTIONS"]["prepare_threshold"] is None
    assert made["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "options" not in made["OPTIONS"]


def test_a_socket_folder_may_stand_for_the_host() -> None:
    assert url.parse("postgresql://me@/steward?host=%2Frun%2Fpg&port=5433").host == "/run/pg"


def test_without_a_url_the_bundled_server_is_meant_and_not_started(tmp_path: Path) -> None:
    made = database.settings({}, tmp_path)["default"]

    assert database.is_bundled(made)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("mysql://host/steward", "must begin with postgresql://"),
        ("postgresql://host", "must name one database"),
        ("postgresql://host/a/b", "must name one database"),
        ("postgresql://host:99999/steward", "port"),
        ("postgresql://host:abc/steward", "port"),
        ("postgresql://host/steward?port=x", "port"),
        ("postgresql://host/steward?sslmod=require", "unknown option 'sslmod'"),
        ("postgresql://host/steward?sslmode=a&sslmode=b", "twice"),
        ("postgresql://host/steward?sslmode=", "no value"),
        ("postgresql://host/steward?sslmode", "name=value"),
        ("postgresql://host/steward?host=other", "host twice"),
        ("postgresql://me:pa#ss@host/steward", "#"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(given: str, reason: str) -> None:
    with pytest.raises(url.InvalidDatabaseURL, match=reason):
        url.parse(given)


def test_a_refusal_never_shows_the_password() -> None:
    with pytest.raises(url.InvalidDatabaseURL) as refusal:
        url.parse("postgresql://me:hunter2@host:abc/steward")

    assert "hunter2" not in str(refusal.value)
    assert "hunter2" not in repr(url.parse("postgresql://me:hunter2@host/steward"))


def test_a_direct_url_alone_is_refused() -> None:
    with pytest.raises(url.InvalidDatabaseURL, match="set both, or neither"):
        database.connection_settings({"DATABASE_DIRECT_URL": "postgresql://db/steward"}, Path("/nowhere"))

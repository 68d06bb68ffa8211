"""The use of a token is noted, seldom enough to cost nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from steward.interfaces.api import token_use
from steward.kernel import memory
from steward.kernel.actor import Actor
from steward.modules.people import queries as people
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def last_used(now: datetime) -> datetime | None:
    (token,) = people.tokens(now)
    return token.last_used_at


def test_a_call_is_noted_and_the_next_ones_of_the_same_minute_are_not() -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        caller = Caller("orders.view")
        assert last_used(MORNING) is None

        caller.get("orders")
        assert last_used(MORNING) == MORNING

        clock.shift(30)
        memory.forget_everything()  # as another process, which does not know what this one noted
        caller.get("orders")
        assert last_used(MORNING) == MORNING

        clock.shift(40)
        memory.forget_everything()
        caller.get("orders")
        assert last_used(MORNING) == MORNING + timedelta(seconds=70)


def test_one_process_asks_the_database_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = Actor(id="token:7", kind="token")

    assert [token_use.is_due(actor) for _ in range(3)] == [True, False, False]

    monkeypatch.setattr(token_use, "NOTED_EVERY_S", 0.0)
    assert token_use.is_due(actor)

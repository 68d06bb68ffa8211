"""The group commit gathers those who send again at once, and keeps nobody waiting who sends alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from django.db import connection, connections

from steward.interfaces.api import gathering, intake, line
from steward.interfaces.api.gathering import Gatherer
from steward.kernel.database.backend.base import DatabaseWrapper
from steward.modules.orders.commands.intake import Intake, Receipt
from tests import make
from tests.races.crowd import another_line


async def _waiting(gatherer: Gatherer[Intake, Receipt], count: int) -> None:
    """Queue requests of one draft each without a writer that would take them."""
    gatherer._loop = asyncio.get_running_loop()
    for _ in range(count):
        gatherer.hand_over([])


def test_who_sends_alone_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    # given one request after a batch of one
    gatherer = intake.gatherer()
    gatherer._answered = 1
    asyncio.run(_waiting(gatherer, 1))
    # when the writer looks whether to linger, then it does not sleep at all
    monkeypatch.setattr(time, "sleep", lambda _seconds: pytest.fail("it slept"))
    gatherer._linger()
    assert len(gatherer._take()) == 1


def test_those_just_answered_together_are_taken_together_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a batch of three that was answered, of whom one has sent again so far
    gatherer = intake.gatherer()
    gatherer._answered = 3
    asyncio.run(_waiting(gatherer, 1))
    # when the others send while the writer lingers, however slow this machine is
    monkeypatch.setattr(gathering, "LINGER_S", 60.0)
    monkeypatch.setattr(time, "sleep", lambda _seconds: asyncio.run(_waiting(gatherer, 1)))
    gatherer._linger()
    # then all three go into one commit
    assert len(gatherer._take()) == 3


def test_nobody_waits_long_for_who_does_not_come() -> None:
    gatherer = intake.gatherer()
    gatherer._answered = 3
    asyncio.run(_waiting(gatherer, 1))
    gatherer._linger()
    assert len(gatherer._take()) == 1


async def _taken_in_before_and_after_the_server_cuts_all_lines() -> list[Receipt]:
    gatherer = intake.gatherer()
    await gatherer.start()
    try:
        [first] = await gatherer.hand_over([Intake(make.draft("A-1"), "api", actor=make.TESTER)])
        await asyncio.to_thread(_cut_all_lines)
        [second] = await gatherer.hand_over([Intake(make.draft("A-2"), "api", actor=make.TESTER)])
        return [first, second]
    finally:
        await gatherer.stop()


def _cut_all_lines() -> None:
    """End every other session, as a server does that is started again; wait until they have gone."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with another_line() as operator:
        operator.execute(f"SELECT pg_terminate_backend(pid) {others}")
        while operator.execute(f"SELECT {others}").fetchone() is not None:
            time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
def test_the_first_order_after_the_database_was_started_again_goes_in() -> None:
    make.item(stock=10)
    connection.close()

    receipts = asyncio.run(_taken_in_before_and_after_the_server_cuts_all_lines())

    assert [receipt.outcome for receipt in receipts] == ["created", "created"]


@pytest.fixture
def pool_of_one(transactional_db: None) -> Iterator[None]:
    """Lend connections from a pool, as in production: what is given back is what the next one gets."""
    connection.close()
    connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1}
    yield
    connection.close()
    pooled = connections["default"]
    assert isinstance(pooled, DatabaseWrapper)
    pooled.close_pool()
    del connection.settings_dict["OPTIONS"]["pool"]


def test_who_gets_a_line_after_the_writer_plans_as_usual(pool_of_one: None) -> None:
    line.prepare()
    assert _plan_mode() == "force_generic_plan"

    line.drop()

    assert _plan_mode() == "auto"


def _plan_mode() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        [mode] = cursor.fetchone()
    return str(mode)

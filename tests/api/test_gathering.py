"""The group commit gathers those who send again at once, and keeps nobody waiting who sends alone."""

from __future__ import annotations

import asyncio
import time

import pytest

from steward.interfaces.api.gathering import Gatherer


async def _waiting(gatherer: Gatherer, count: int) -> None:
    """Queue requests of one draft each without a writer that would take them."""
    gatherer._loop = asyncio.get_running_loop()
    for _ in range(count):
        gatherer.hand_over([])


def test_who_sends_alone_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    # given one request after a batch of one
    gatherer = Gatherer()
    gatherer._answered = 1
    asyncio.run(_waiting(gatherer, 1))
    # when the writer looks whether to linger, then it does not sleep at all
    monkeypatch.setattr(time, "sleep", lambda _seconds: pytest.fail("it slept"))
    gatherer._linger()
    assert len(gatherer._take()) == 1


def test_those_just_answered_together_are_taken_together_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a batch of three that was answered, of whom one has sent again so far
    gatherer = Gatherer()
    gatherer._answered = 3
    asyncio.run(_waiting(gatherer, 1))
    # when the others send while the writer lingers
    monkeypatch.setattr(time, "sleep", lambda _seconds: asyncio.run(_waiting(gatherer, 1)))
    gatherer._linger()
    # then all three go into one commit
    assert len(gatherer._take()) == 3


def test_nobody_waits_long_for_who_does_not_come() -> None:
    gatherer = Gatherer()
    gatherer._answered = 3
    asyncio.run(_waiting(gatherer, 1))
    gatherer._linger()
    assert len(gatherer._take()) == 1

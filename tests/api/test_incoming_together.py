"""Messages handed in on the hot path are counted as all requests are, and hold no more memory than there is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from pytest_django import Settings

from steward.interfaces.api import messages_in, throttle
from steward.interfaces.api.messages_in import Flight
from steward.interfaces.asgi.types import Message
from steward.modules.messaging.models import Inbound
from tests.api.caller import Caller

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.calls.clear()


@pytest.fixture
def app() -> Caller:
    """A program whose token this process remembers."""
    app = Caller("messaging.hand_in")
    assert app.post("messages/incoming", body("m-0")).status_code == 200
    return app


def body(id_: str, text: str = "少发了一件") -> dict[str, Any]:
    return {"messages": [{"id": id_, "box": "shop-app", "sender": {"user_id": "u-7"}, "text": text}]}


def hand_in(app: Caller, *bodies: dict[str, Any], at_once: bool = False) -> list[tuple[int, dict[str, str]]]:
    """Hand in on the hot path; return status and headers of each answer, 0 for what is left to Django."""

    async def one(content: dict[str, Any]) -> tuple[int, dict[str, str]]:
        parts: list[Message] = [{"type": "http.request", "body": json.dumps(content).encode(), "more_body": False}]
        said: list[Message] = []

        async def receive() -> Message:
            return parts.pop(0)

        async def send(message: Message) -> None:
            said.append(message)

        headers = [(b"authorization", f"Bearer {app.secret}".encode())]
        try:
            await messages_in.many({"type": "http", "headers": headers}, receive, send)
        except messages_in.NotUsual:
            return 0, {}
        return said[0]["status"], {name.decode(): value.decode() for name, value in said[0]["headers"]}

    async def all_of(contents: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, str]]]:
        await messages_in.GATHERER.start()
        try:
            return (
                list(await asyncio.gather(*map(one, contents))) if at_once else [await one(each) for each in contents]
            )
        finally:
            await messages_in.GATHERER.stop()

    return asyncio.run(all_of(bodies))


def test_requests_of_both_ways_count_together_and_those_too_many_are_refused(app: Caller, settings: Settings) -> None:
    settings.API_CALLS_PER_MINUTE = 3

    answers = hand_in(app, body("m-1"), body("m-2"), body("m-3"))

    assert [status for status, _headers in answers] == [200, 200, 0]
    assert app.post("messages/incoming", body("m-3")).status_code == 429
    assert Inbound.objects.count() == 3


def test_more_than_fits_is_sent_away_for_a_while_and_the_room_is_given_back(
    app: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    flight = Flight(10_000)
    monkeypatch.setattr(messages_in, "IN_FLIGHT", flight)

    answers = hand_in(app, *(body(f"m-{n}", "x" * 4_000) for n in range(3)), at_once=True)

    statuses = sorted(status for status, _headers in answers)
    assert statuses == [200, 200, 503]
    assert [headers["retry-after"] for status, headers in answers if status == 503] == ["2"]
    assert flight.held == 0
    assert hand_in(app, body("m-9", "x" * 4_000))[0][0] == 200

"""A visitor's stream: nothing is lost and nothing comes twice, wherever it broke off; it ends before the drain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from steward.interfaces import live
from steward.interfaces.asgi.life import LIFE
from steward.interfaces.asgi.routes import own_handler
from steward.interfaces.chat import stream
from steward.kernel import moment
from steward.modules.messaging.commands import chats
from steward.modules.messaging.commands.chat_seen import tell_typing
from steward.modules.messaging.queries.chats import token_of
from tests import make
from tests.portal.chatting import account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _not_leaving() -> Iterator[None]:
    yield
    LIFE.leaving = False


@pytest.fixture
def visit() -> Any:
    account()
    return chats.open_visit(make.TESTER, code="site", language="en", facts={}, now=moment.now())


class Stream:
    """One open stream, driven without a server."""

    def __init__(self, token: str, after: int = 0) -> None:
        headers = [(b"authorization", f"Bearer {token}".encode()), (b"last-event-id", str(after).encode())]
        scope = {"type": "http", "method": "GET", "path": "/chat/site/events", "headers": headers}
        self._gone = asyncio.Event()
        self._sent: asyncio.Queue[Any] = asyncio.Queue()
        self.task = asyncio.ensure_future(stream.application(scope, self._receive, self._sent.put))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def start(self) -> int:
        """Wait for the answer's status."""
        return int((await self._part())["status"])

    async def _part(self) -> Any:
        return await asyncio.wait_for(self._sent.get(), 20)

    async def lines(self, count: int) -> list[str]:
        """Read so many lines."""
        found: list[str] = []
        while len(found) < count:
            body = (await self._part())["body"].decode()
            found += [
                json.loads(event.split("data: ", 1)[1])["text"]
                for event in body.split("\n\n")
                if "event: line" in event
            ]
        return found

    async def until(self, words: bytes) -> None:
        """Wait for something in the stream."""
        while words not in (await self._part())["body"]:
            pass

    async def end(self) -> None:
        """Close the connection from the visitor's side."""
        self._gone.set()
        await asyncio.wait_for(self.task, 5)


def say(visit: Any, *texts: str) -> None:
    """Show lines, as a command does; runs in a thread, whose connection ends with it."""
    lines = [chats.LineDraft(kind="staff", text=text, who="Wang") for text in texts]
    chats.show(make.TESTER, visit_id=visit.id, lines=lines, now=moment.now())
    connection.close()


def types(visit: Any) -> None:
    tell_typing([visit.id], who="Wang")
    connection.close()


def test_a_stranger_gets_no_stream() -> None:
    async def story() -> None:
        assert await Stream("1.abc:x:y").start() == 401

    assert own_handler("GET", "/chat/site/events") == ("chat", stream.application)
    assert own_handler("GET", "/chat/site/history") is None
    asyncio.run(story())


def test_whoever_comes_back_gets_what_they_missed_and_nothing_twice(visit: Any) -> None:
    token = token_of(visit)

    async def story() -> None:
        await live.HUB.start()
        await stream.HUB.start()
        await asyncio.to_thread(say, visit, "one")
        first, other = Stream(token), Stream(token, after=1)
        assert await first.start() == await other.start() == 200
        assert await first.lines(1) == ["one"]
        await asyncio.to_thread(say, visit, "two")
        assert await first.lines(1) == await other.lines(1) == ["two"]
        await first.end()
        await asyncio.to_thread(say, visit, "three", "four")
        again = Stream(token, after=2)
        assert await again.start() == 200
        await asyncio.to_thread(say, visit, "five")
        assert await again.lines(3) == await other.lines(3) == ["three", "four", "five"]
        await asyncio.to_thread(types, visit)
        await again.until(b"event: typing")
        LIFE.end_streams()
        for one in (again, other):
            await asyncio.wait_for(one.task, 5)
        await stream.HUB.stop()
        await live.HUB.stop()
        assert not stream.HUB.readers

    asyncio.run(story())


def test_a_visitor_who_is_too_slow_is_ended_and_comes_back_from_where_they_were() -> None:
    async def story() -> None:
        reader = stream.Reader(1, 0)
        for number in range(stream.WAITING_AT_MOST + 1):
            reader.offer(str(number).encode())
        assert (reader.waiting.get_nowait(), reader.waiting.qsize()) == (None, 0)

    asyncio.run(story())


def test_a_visitor_has_few_streams_at_once() -> None:
    async def story() -> None:
        hub = stream.ChatHub()
        readers = [stream.Reader(1, 0) for _time in range(stream.STREAMS_OF_ONE + 2)]
        for reader in readers:
            hub.join(reader)
        assert list(hub.readers[1]) == readers[2:]
        assert [reader.waiting.qsize() for reader in readers[:3]] == [1, 1, 0]  # the oldest were ended
        for reader in readers:
            hub.leave(reader)
        assert not hub.readers

    asyncio.run(story())

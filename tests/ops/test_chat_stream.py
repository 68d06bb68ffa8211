"""A visitor's stream: nothing is lost and nothing comes twice, wherever it broke off; it ends before the drain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from steward.interfaces import live
from steward.interfaces.asgi.life import LIFE
from steward.interfaces.asgi.routes import own_handler
from steward.interfaces.chat import stream
from steward.interfaces.portal import throttle
from steward.kernel import moment, parameters
from steward.modules.messaging.commands import chats
from steward.modules.messaging.commands.chat_seen import tell_typing
from steward.modules.messaging.queries.chats import feeds, token_of
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

    def __init__(self, token: str, after: int = 0, *, caller: str = "") -> None:
        headers = [(b"authorization", f"Bearer {token}".encode()), (b"last-event-id", str(after).encode())]
        headers += [(b"x-forwarded-for", caller.encode())] if caller else []
        path, peer = "/chat/site/events", ("10.0.0.7", 50_000)
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "client": peer}
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
        told = [[reader.waiting.get_nowait() for _time in range(reader.waiting.qsize())] for reader in readers[:3]]
        assert told == [[b"event: elsewhere\ndata: {}\n\n", None]] * 2 + [[]]  # the oldest were ended, and know why
        for reader in readers:
            hub.leave(reader)
        assert not hub.readers

    asyncio.run(story())


def test_who_joins_while_rows_are_read_misses_none_of_them(visit: Any) -> None:
    say(visit, "one", "two")

    async def story() -> None:
        hub = stream.ChatHub()
        ahead, back = stream.Reader(visit.id, 1), stream.Reader(visit.id, 0)
        hub.join(ahead)
        after = {visit.id: 1}
        found = await asyncio.to_thread(read, after)
        hub.join(back)
        hub._hand_out(after, found)
        assert (ahead.after, back.after, back.waiting.qsize()) == (2, 0, 0)
        assert hub._news == {visit.id}

    asyncio.run(story())


def read(after: dict[int, int]) -> Any:
    try:
        return feeds(after, now=moment.now())
    finally:
        connection.close()


def limited(**limits: int) -> None:
    for name, most in limits.items():
        parameters.set_parameter(make.TESTER, name=f"chat.streams_per_{name}", new=most, reason="test")


def test_one_address_holds_and_opens_so_many_streams(visit: Any, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.7")]
    throttle.tries.clear()
    limited(address=6, minute=10, process=10)
    token = token_of(visit)

    async def story() -> None:
        await stream.HUB.start()
        held = [Stream(token, caller="198.51.100.1") for _time in range(7)]
        assert sorted([await one.start() for one in held]) == [200] * 6 + [429]
        assert await Stream(token, caller="198.51.100.2").start() == 200
        LIFE.end_streams()
        for one in held:
            await asyncio.wait_for(one.task, 5)
        await stream.HUB.stop()
        assert [await Stream(token, caller="198.51.100.1").start() for _time in range(4)][-1] == 429

    asyncio.run(story())

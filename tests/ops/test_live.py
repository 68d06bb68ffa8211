"""Live updates reach who is signed in, and only them, and end when either side leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client

from steward.interfaces import live
from steward.interfaces.asgi.life import LIFE
from steward.kernel import events

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cookie(client: Client) -> bytes:
    """Sign a person in and return the cookie of the session."""
    person = get_user_model().objects.create(username="lin")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return f"sessionid={client.cookies['sessionid'].value}".encode()


@pytest.fixture(autouse=True)
def _not_leaving() -> Iterator[None]:
    yield
    LIFE.leaving = False


class Stream:
    """One open /events, driven without a server."""

    def __init__(self, cookie: bytes | None, query: bytes = b"") -> None:
        headers = [(b"cookie", cookie)] if cookie else []
        self._scope = {"type": "http", "method": "GET", "path": "/events", "headers": headers, "query_string": query}
        self._gone = asyncio.Event()
        self._sent: asyncio.Queue[Any] = asyncio.Queue()
        self.task = asyncio.ensure_future(live.application(self._scope, self._receive, self._sent.put))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def next(self) -> Any:
        """Wait for what is sent next."""
        return await asyncio.wait_for(self._sent.get(), 20)

    def leave(self) -> None:
        """Close the connection from the reader's side."""
        self._gone.set()


def notify(*kinds: str) -> None:
    """Say that something changed, as a command does; runs in a thread, whose connection ends with it."""
    with transaction.atomic():
        events.notify_live(kinds)
    connection.close()


async def opened(stream: Stream) -> None:
    """Wait until the stream is open and its listener listens."""
    assert (await stream.next())["status"] == 200
    assert b"retry" in (await stream.next())["body"]


def waits(reader: live.Reader) -> list[bytes | None]:
    """Take out what waits to be sent."""
    return [reader.waiting.get_nowait() for _ in range(reader.waiting.qsize())]


def test_a_page_hears_what_was_told_since_it_was_asked_for() -> None:
    hub = live.Hub()
    hub.hear('{"kinds": ["desk.ticket_answered"]}')
    hub.hear('{"kinds": ["chat.7.typing"]}')  # of no worth a moment later
    all_kinds, orders, old = (live.Reader(frozenset(wants)) for wants in ([], ["orders.entered"], []))

    hub.catch_up(all_kinds, 0.0)
    hub.catch_up(orders, 5.0)
    hub.catch_up(old, live.KEPT_S + 1)

    assert waits(all_kinds) == [b'data: {"kinds": ["desk.ticket_answered"]}\n\n']
    assert waits(orders) == []
    assert waits(old) == [live.RESYNC]


def test_a_page_from_before_all_that_is_still_known_reads_itself_anew() -> None:
    hub, reader = live.Hub(), live.Reader(frozenset())
    for number in range(live.KEPT_AT_MOST + 1):
        hub.hear(f'{{"kinds": ["desk.{number}"]}}')

    hub.catch_up(reader, 5.0)

    assert waits(reader) == [live.RESYNC]


def test_a_stranger_is_told_to_sign_in() -> None:
    async def story() -> None:
        stream = Stream(None)
        assert (await stream.next())["status"] == 401
        await stream.task

    asyncio.run(story())


def test_a_notice_reaches_a_reader_who_wants_its_kind_and_no_other(cookie: bytes) -> None:
    async def story() -> None:
        await live.HUB.start()
        stream = Stream(cookie, b"kinds=orders.order_received")
        await opened(stream)
        heard = b""
        while b"order_received" not in heard:
            await asyncio.to_thread(notify, "jobs.job_parked")
            await asyncio.to_thread(notify, "orders.order_received")
            heard += (await stream.next())["body"]
        assert b'data: {"kinds":["orders.order_received"]}' in heard
        assert b"jobs.job_parked" not in heard
        assert b"event:" not in heard.replace(live.RESYNC, b"")  # a browser hears what has no name of its own
        stream.leave()
        await asyncio.wait_for(stream.task, 5)
        await live.HUB.stop()
        assert not live.HUB.readers

    asyncio.run(story())


def test_streams_end_when_the_process_is_told_to_leave(cookie: bytes) -> None:
    async def story() -> None:
        stream = Stream(cookie)
        await opened(stream)
        LIFE.end_streams()
        while (await stream.next())["more_body"]:
            pass
        await asyncio.wait_for(stream.task, 5)

    asyncio.run(story())


def test_a_reader_who_is_too_slow_is_told_to_look_anew() -> None:
    async def story() -> None:
        reader = live.Reader(frozenset())
        for number in range(live.WAITING_AT_MOST + 1):
            reader.offer(str(number).encode())
        assert reader.waiting.get_nowait() == live.RESYNC
        assert reader.waiting.qsize() == 1

    asyncio.run(story())


def test_a_notice_that_is_not_understood_hurts_nobody() -> None:
    async def story() -> None:
        live.HUB.hear("not json")
        live.HUB.hear('{"kinds": 5}')

    asyncio.run(story())

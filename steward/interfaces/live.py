"""Live updates: server-sent events, fed by one PostgreSQL LISTEN connection in each process.

A notice says what kind of thing changed, never what it says now: the page asks for that with the reader's own rights.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from urllib.parse import parse_qs

import msgspec
import psycopg
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest
from prometheus_client import Counter, Gauge

from steward.interfaces.asgi.life import LIFE
from steward.interfaces.asgi.replies import reply_json
from steward.interfaces.asgi.types import Receive, Scope, Send
from steward.kernel import moment
from steward.kernel.database import direct
from steward.kernel.events import LIVE_CHANNEL
from steward.modules.people import commands as people_commands
from steward.modules.people import queries as people

HEARTBEAT_S = 15.0
# So often the session is looked at again: a sign-out elsewhere ends the stream, and who is still there is noted.
LOOK_S = 60.0
WAITING_AT_MOST = 100
RECONNECT_AT_MOST_S = 10.0
# What was told lately, for pages whose stream begins after they were made.
KEPT_AT_MOST, KEPT_S = 500, 30.0
# A stream takes its time to arrive; to hear a thing twice costs less than to miss it.
SLACK_S = 3.0
# Of no worth a moment later.
FLEETING = ".typing"
# Sent when a reader was too slow or the listener had to connect anew: something may have been missed.
RESYNC = b"event: resync\ndata: {}\n\n"

logger = structlog.get_logger(__name__)
READERS = Gauge("steward_live_readers", "Open event streams.")
NOTICES = Counter("steward_live_notices_total", "Notices heard from the database.")


class Notice(msgspec.Struct, frozen=True):
    """What comes through the channel: the kinds of what changed, and whatever else the sender says."""

    kinds: list[str] = []
    topic: str = ""


@dataclass(eq=False)
class Reader:
    """One open stream: the kinds it wants (none means all) and what waits to be sent; None ends it."""

    wants: frozenset[str]
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(WAITING_AT_MOST))

    def offer(self, chunk: bytes | None) -> None:
        """Put something in the queue; where the reader is too slow, replace all of it by one resync."""
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(RESYNC)
        self.waiting.put_nowait(chunk)


class Hub:
    """The readers of this process and the one connection that feeds them."""

    def __init__(self) -> None:
        self.readers: set[Reader] = set()
        # Who else hears over this connection, by channel, and who wants to know that something may have been missed.
        self.also: dict[str, Callable[[str], None]] = {}
        self.anew: list[Callable[[], None]] = []
        self._told: deque[tuple[float, frozenset[str], bytes]] = deque(maxlen=KEPT_AT_MOST)
        self._listener: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen."""
        self._listener = asyncio.create_task(self._listen_for_ever(), name="live listener")

    async def stop(self) -> None:
        """End all streams and stop listening."""
        self.end_streams()
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    def end_streams(self) -> None:
        """Let every stream end."""
        for reader in self.readers:
            reader.offer(None)

    def probe(self) -> str | None:
        """Tell whether the listener has died; while it only reconnects, pages still work."""
        return "the listener has died" if self._listener is None or self._listener.done() else None

    async def _listen_for_ever(self) -> None:
        pause_s = 0.2
        while True:
            try:
                params = await sync_to_async(direct.connection_params)(application="steward-live")
                async with await psycopg.AsyncConnection.connect(**params, autocommit=True) as listener:
                    for channel in (LIVE_CHANNEL, *self.also):
                        await listener.execute(f"LISTEN {channel}")
                    pause_s = 0.2
                    self._tell(RESYNC)
                    for look in self.anew:
                        look()
                    async for notification in listener.notifies():
                        self.also.get(notification.channel, self.hear)(notification.payload)
            except psycopg.Error as error:
                logger.warning("live listener lost its connection", error=type(error).__qualname__, again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RECONNECT_AT_MOST_S)

    def hear(self, payload: str) -> None:
        """Hand one notice to the readers who want it."""
        NOTICES.inc()
        try:
            notice = msgspec.json.decode(payload, type=Notice)
        except msgspec.DecodeError as error:
            logger.warning("live notice is not understood", error=str(error))
            return
        kinds = frozenset(notice.kinds or [notice.topic])
        # Without a name of its own: browsers hand named events only to those who know the name beforehand.
        chunk = f"data: {' '.join(payload.splitlines())}\n\n".encode()
        if not all(kind.endswith(FLEETING) for kind in kinds):
            self._told.append((time.monotonic(), kinds, chunk))
        for reader in self.readers:
            if not reader.wants or kinds & reader.wants:
                reader.offer(chunk)

    def catch_up(self, reader: Reader, age_s: float) -> None:
        """Hand a reader what was told since its page was asked for: the page may not show it. Units: seconds ago."""
        since = time.monotonic() - age_s - SLACK_S
        if age_s > KEPT_S or (len(self._told) == KEPT_AT_MOST and self._told[0][0] > since):
            reader.offer(RESYNC)
            return
        for at, kinds, chunk in self._told:
            if at >= since and (chunk is RESYNC or not reader.wants or kinds & reader.wants):
                reader.offer(chunk)

    def _tell(self, chunk: bytes) -> None:
        self._told.append((time.monotonic(), frozenset(), chunk))
        for reader in self.readers:
            reader.offer(chunk)


HUB = Hub()
LIFE.start.append(HUB.start)
LIFE.drain.append(HUB.end_streams)
LIFE.stop.append(HUB.stop)
LIFE.probes["listener"] = HUB.probe


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer GET /events[?kinds=a,b][&age=ms]: notices for a signed-in person, until either side leaves.

    `age`: how long ago the page was asked for; what was told since then comes first. Units: milliseconds.
    """
    if not await _signed_in(scope):
        problem = {"type": "about:blank", "title": "Sign in first.", "status": 401, "code": "not_signed_in"}
        await reply_json(send, problem, status=401, content_type="application/problem+json")
        return
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    reader = Reader(frozenset(kind for part in asked.get("kinds", []) for kind in part.split(",") if kind))
    age = asked.get("age", [""])[0]
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
    # send() does not notice that the reader has gone; only receive() tells.
    leaving = asyncio.ensure_future(_until_disconnect(receive))
    leaving.add_done_callback(lambda _: reader.offer(None))
    HUB.readers.add(reader)
    if age.isascii() and age.isdecimal() and len(age) < 9:
        HUB.catch_up(reader, int(age) / 1_000)
    READERS.inc()
    try:
        if not LIFE.leaving:
            await _feed(reader, scope, send)
    finally:
        HUB.readers.discard(reader)
        READERS.dec()
        leaving.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _feed(reader: Reader, scope: Scope, send: Send) -> None:
    """Send what waits, a heartbeat where nothing does, and stop when the reader leaves, is ended or signs out."""
    look_at = time.monotonic() + LOOK_S
    while True:
        try:
            chunk = await asyncio.wait_for(reader.waiting.get(), HEARTBEAT_S)
        except TimeoutError:
            chunk = b": still here\n\n"
        if chunk is not None and time.monotonic() >= look_at:
            if not await _signed_in(scope):
                return
            look_at = time.monotonic() + LOOK_S
        if chunk is None:
            return
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _signed_in(scope: Scope) -> bool:
    return await sync_to_async(_is_signed_in, thread_sensitive=False)(scope)


def _is_signed_in(scope: Scope) -> bool:
    """Look up the session that the request's cookie names, and note that this person is there.

    Runs in a thread and gives its connection back.
    """
    request = HttpRequest()
    key = _session_key(scope)
    if key is None:
        return False
    try:
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user = get_user(request)
        if not (user.is_authenticated and user.is_active):
            return False
        people_commands.note_presence(people.actor_for_staff(user), now=moment.now())
        return True
    finally:
        connection.close()


def _session_key(scope: Scope) -> str | None:
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            with contextlib.suppress(CookieError):
                cookies.load(value.decode("latin-1"))
    found = cookies.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else None

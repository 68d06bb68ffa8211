"""A visitor's stream of events: one task of the loop each, and for all of them one listener and one reader of rows.

A notice only says whose chat has something new. What is new is read for all who wait, in one statement in one thread,
each from behind the last line they got; so whoever comes back with Last-Event-ID misses nothing and gets nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import structlog
from asgiref.sync import sync_to_async
from django.db import Error, connection
from prometheus_client import Gauge

from steward.interfaces import live
from steward.interfaces.asgi.life import LIFE
from steward.interfaces.asgi.replies import reply_json
from steward.interfaces.asgi.types import Receive, Scope, Send
from steward.interfaces.chat import crowd
from steward.kernel import errors, moment
from steward.modules.messaging.queries import chats
from steward.modules.messaging.queries.chats import CHAT_CHANNEL, Feed, Standing

PATH = re.compile(r"/chat/[A-Za-z0-9_-]{1,40}/events")
HEARTBEAT_S = 20.0
GATHER_S = 0.02
PAUSE_S = 1.0
WAITING_AT_MOST = 400
STREAMS_OF_ONE = 6
READERS = Gauge("steward_chat_readers", "Open event streams of visitors.")
logger = structlog.get_logger(__name__)


class Heard(msgspec.Struct, frozen=True):
    """A notice of the channel: whose chats have something new, or to whom somebody types."""

    visits: list[int] = []
    typing: list[int] = []
    who: str = ""


@dataclass(eq=False)
class Reader:
    """One open stream: the last line put into it, what its visitor was last told, and what waits; None ends it."""

    visit_id: int
    after: int
    standing: Standing | None = None
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(WAITING_AT_MOST))

    def feed(self, feed: Feed) -> None:
        """Put in what this stream has not got yet. One that is too slow is ended: it comes back from where it was."""
        if feed.standing != self.standing:
            self.standing = feed.standing
            self.offer(_event("standing", feed.standing))
        for line in feed.lines:
            if line.seq > self.after:
                self.after = line.seq
                self.offer(_event("line", line, id_=line.seq))

    def offer(self, chunk: bytes | None) -> None:
        """Put something in the queue."""
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            chunk = None
        self.waiting.put_nowait(chunk)


class ChatHub:
    """The visitors of this process, and the one task that reads for them."""

    def __init__(self) -> None:
        # Those of one visitor in the order they came.
        self.readers: dict[int, dict[Reader, None]] = defaultdict(dict)
        self._news: set[int] = set()
        self._wake = asyncio.Event()
        self._feeder: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to read for visitors."""
        self._wake = asyncio.Event()
        self._feeder = asyncio.create_task(self._feed_for_ever(), name="chat feeder")

    async def stop(self) -> None:
        """End all streams, and stop reading."""
        self.end_streams()
        if self._feeder is not None:
            self._feeder.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._feeder

    def end_streams(self) -> None:
        """Let every stream end."""
        for readers in self.readers.values():
            for reader in readers:
                reader.offer(None)

    def probe(self) -> str | None:
        """Tell whether the feeder has died."""
        return "the feeder of chats has died" if self._feeder is None or self._feeder.done() else None

    def join(self, reader: Reader) -> None:
        """Begin to feed a stream, the oldest of too many of one visitor being ended."""
        readers = self.readers[reader.visit_id]
        if len(readers) >= STREAMS_OF_ONE:
            oldest = next(iter(readers))
            del readers[oldest]
            oldest.offer(_event("elsewhere", {}))  # its page waits until it is looked at again
            oldest.offer(None)
        readers[reader] = None
        self.mark([reader.visit_id])

    def leave(self, reader: Reader) -> None:
        """Feed a stream no more."""
        readers = self.readers.get(reader.visit_id)
        if readers is not None:
            readers.pop(reader, None)
            if not readers:
                del self.readers[reader.visit_id]

    def hear(self, payload: str) -> None:
        """Take one notice of the channel."""
        try:
            notice = msgspec.json.decode(payload, type=Heard)
        except msgspec.DecodeError as error:
            logger.warning("chat notice is not understood", error=str(error))
            return
        self.mark(notice.visits)
        for visit_id in notice.typing:
            for reader in self.readers.get(visit_id, ()):
                reader.offer(_event("typing", {"who": notice.who}))

    def mark(self, visit_ids: list[int] | None = None) -> None:
        """Have what is new read for some visitors, or for all when something may have been missed."""
        self._news |= self.readers.keys() & (self.readers.keys() if visit_ids is None else set(visit_ids))
        if self._news:
            self._wake.set()

    async def _feed_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_S)  # so that many notices cost one reading
            self._wake.clear()
            news, self._news = self._news, set()
            after = {
                visit_id: min(reader.after for reader in self.readers[visit_id])
                for visit_id in news
                if self.readers.get(visit_id)
            }
            try:
                found = await sync_to_async(_read, thread_sensitive=False)(after) if after else {}
            except Error as error:
                logger.warning("chats could not be read", error=type(error).__qualname__)
                await asyncio.sleep(PAUSE_S)
                self.mark(list(after))
                continue
            self._hand_out(after, found)

    def _hand_out(self, after: Mapping[int, int], found: Mapping[int, Feed]) -> None:
        """Hand out what was read. Who joined meanwhile from further back is marked, and waits for the next reading."""
        for visit_id in after:
            feed = found.get(visit_id)
            for reader in self.readers.get(visit_id, ()):
                if feed is None:
                    reader.offer(_event("closed", {}))
                    reader.offer(None)
                elif reader.after >= after[visit_id]:
                    reader.feed(feed)
        self.mark([visit_id for visit_id, feed in found.items() if feed.more])


HUB = ChatHub()
CROWD = crowd.Crowd()
LIFE.start.append(HUB.start)
LIFE.drain.append(HUB.end_streams)
LIFE.stop.append(HUB.stop)
LIFE.probes["chats"] = HUB.probe
live.HUB.also[CHAT_CHANNEL] = HUB.hear
live.HUB.anew.append(HUB.mark)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer GET /chat/CODE/events: what a visitor has not got yet, and from then on what comes."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    token = headers.get(b"authorization", "").partition(" ")[2].strip()
    address = crowd.address_of(scope)
    try:
        visit_id, limits = await sync_to_async(_opened, thread_sensitive=False)(token, address)
        CROWD.enter(address, limits)
    except errors.Refusal as refusal:
        await reply_json(send, refusal.problem(), status=refusal.status, content_type="application/problem+json")
        return
    try:
        await _stream(visit_id, headers, receive, send)
    finally:
        CROWD.leave(address)


async def _stream(visit_id: int, headers: Mapping[bytes, str], receive: Receive, send: Send) -> None:
    """Hold one stream, until either side leaves."""
    last = headers.get(b"last-event-id", "")
    reader = Reader(visit_id, int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0)
    sent_headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": sent_headers})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
    # send() does not notice that the visitor has gone; only receive() tells.
    leaving = asyncio.ensure_future(_until_disconnect(receive))
    leaving.add_done_callback(lambda _: reader.offer(None))
    HUB.join(reader)
    READERS.inc()
    try:
        while not LIFE.leaving and (chunk := await _next(reader)) is not None:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        HUB.leave(reader)
        READERS.dec()
        leaving.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _next(reader: Reader) -> bytes | None:
    """Wait for what is to be sent next: all that waits at once, or a sign of life; None where the stream ends."""
    try:
        chunk = await asyncio.wait_for(reader.waiting.get(), HEARTBEAT_S)
    except TimeoutError:
        return b": still here\n\n"
    while chunk is not None and not reader.waiting.empty():
        more = reader.waiting.get_nowait()
        if more is None:
            reader.waiting.put_nowait(None)
            return chunk
        chunk += more
    return chunk


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _opened(token: str, address: str) -> tuple[int, crowd.Limits]:
    """Count an opening and read its token, in a thread that gives its connection back. Raises: TooMany, ChatClosed."""
    try:
        limits = crowd.count_opening(address)
        return chats.read_token(token)[0], limits
    finally:
        connection.close()


def _read(after: Mapping[int, int]) -> dict[int, Feed]:
    """Read what is new, in a thread that gives its connection back."""
    try:
        return chats.feeds(after, now=moment.now())
    finally:
        connection.close()


def _event(name: str, value: object, *, id_: int | None = None) -> bytes:
    """Write one event of the stream."""
    head = b"" if id_ is None else f"id: {id_}\n".encode()
    return head + f"event: {name}\ndata: ".encode() + msgspec.json.encode(value) + b"\n\n"

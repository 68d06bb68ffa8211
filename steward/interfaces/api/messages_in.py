"""The hot path of customers' messages in: what programs hand in gathers and is taken in together.

Only what goes the usual way is taken here: a token this process remembers, a body that fits its shape, no files (which
are stored first). Everything else is Django's, which answers the same and puts into words what is wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import msgspec
from pydantic import ValidationError

from steward.interfaces.api import throttle, token_use
from steward.interfaces.api.gathering import Gatherer, Overloaded
from steward.interfaces.api.incoming import ACTOR, HAND_IN, IncomingBatch, find_faults, incoming_of
from steward.interfaces.asgi.life import LIFE
from steward.interfaces.asgi.replies import reply
from steward.interfaces.asgi.types import Message, Receive, Scope, Send
from steward.kernel import errors, moment
from steward.kernel.actor import Actor
from steward.modules.messaging.commands.receiving import receive as take_in
from steward.modules.messaging.rules.channels import Incoming, Taken
from steward.modules.people import queries as people

LARGEST_BYTES = 2 * 1024 * 1024
BEARER = b"Bearer "
JSON, PROBLEM = "application/json", "application/problem+json"


def gatherer() -> Gatherer[Incoming, Taken]:
    """Make the queue of messages of one process."""
    return Gatherer("messages", _write)


def _write(incoming: Sequence[Incoming]) -> list[Taken]:
    return take_in(ACTOR, incoming=incoming, now=moment.now())


GATHERER = gatherer()
LIFE.start.append(GATHERER.start)
LIFE.stop.append(GATHERER.stop)
LIFE.probes["messages"] = GATHERER.probe


class Flight:
    """How many bytes of messages this process holds that are not committed yet; the event loop alone changes it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0


IN_FLIGHT = Flight(64 * 1024 * 1024)


class Room:
    """What one request takes of it until it is answered."""

    def __init__(self, flight: Flight) -> None:
        self._flight, self._held = flight, 0

    def take(self, count: int) -> None:
        """Take room for some bytes. Raises: Overloaded."""
        if self._flight.held + count > self._flight.most:
            raise Overloaded
        self._flight.held += count
        self._held += count

    def leave(self) -> None:
        """Give back what was taken."""
        self._flight.held -= self._held
        self._held = 0


class NotUsual(Exception):
    """Leave a request to Django; `receive` gives it the body once more."""

    def __init__(self, read: Sequence[Message], receive: Receive) -> None:
        super().__init__()
        self._read, self._receive = list(read), receive

    async def receive(self) -> Message:
        """Give what was read already, then what is still to come."""
        return self._read.pop(0) if self._read else await self._receive()


async def many(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /api/v1/messages/incoming: take messages in; answered after their commit. Raises: NotUsual."""
    actor = _remembered(scope)
    if actor is None or throttle.is_over(actor.id):
        raise NotUsual([], receive)  # Django counts the same requests, and refuses what is too many
    room = Room(IN_FLIGHT)
    try:
        await _take(actor, room, receive, send)
    except Overloaded as refusal:
        problem = msgspec.json.encode(refusal.problem())
        await reply(send, status=503, body=problem, content_type=PROBLEM, extra=[(b"retry-after", b"2")])
    finally:
        room.leave()


async def _take(actor: Actor, room: Room, receive: Receive, send: Send) -> None:
    """Take messages in and answer. Raises: NotUsual, Overloaded."""
    read: list[Message] = []
    wanted = await _usual(receive, read, actor, room)
    if wanted is None:
        raise NotUsual(read, receive)
    throttle.count_call(actor.id)
    if token_use.is_due(actor):
        asyncio.get_running_loop().run_in_executor(None, token_use.note_beside, actor)
    now = moment.now()
    try:
        taken = await GATHERER.hand_over([incoming_of(one, now) for one in wanted.messages])
    except errors.Refusal as refusal:
        problem = msgspec.json.encode(refusal.problem())
        extra = [(b"retry-after", b"2")] if refusal.status == 503 else []
        await reply(send, status=refusal.status, body=problem, content_type=PROBLEM, extra=extra)
        return
    results = [
        {"id": one.id, "outcome": result.outcome, "message_id": result.id, "why": result.why}
        for one, result in zip(wanted.messages, taken, strict=True)
    ]
    await reply(send, status=200, body=msgspec.json.encode({"results": results}), content_type=JSON)


def _remembered(scope: Scope) -> Actor | None:
    """Resolve the token from memory alone, where it may hand in."""
    given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    if not given.startswith(BEARER):
        return None
    actor = people.remembered_actor(given[len(BEARER) :].decode("latin-1"))
    return actor if actor is not None and actor.may(HAND_IN) else None


async def _usual(receive: Receive, read: list[Message], actor: Actor, room: Room) -> IncomingBatch | None:
    """Read the body; None where it is not of the usual kind. `read` keeps what was read. Raises: Overloaded."""
    body, more = b"", True
    while more and len(body) <= LARGEST_BYTES:
        read.append(await receive())
        room.take(len(read[-1].get("body", b"")))
        body += read[-1].get("body", b"")
        more = read[-1].get("more_body", False)
    if more:
        return None
    with contextlib.suppress(ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        batch = IncomingBatch.model_validate(msgspec.json.decode(body))
        if all(actor.covers(one.box) and not one.files for one in batch.messages) and not find_faults(batch):
            return batch
    return None

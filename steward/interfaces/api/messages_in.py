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

from steward.interfaces.api import token_use
from steward.interfaces.api.gathering import Gatherer
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
JSON = "application/json"


def gatherer() -> Gatherer[Incoming, Taken]:
    """Make the queue of messages of one process."""
    return Gatherer("messages", _write)


def _write(incoming: Sequence[Incoming]) -> list[Taken]:
    return take_in(ACTOR, incoming=incoming, now=moment.now())


GATHERER = gatherer()
LIFE.start.append(GATHERER.start)
LIFE.stop.append(GATHERER.stop)
LIFE.probes["messages"] = GATHERER.probe


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
    read: list[Message] = []
    actor = _remembered(scope)
    wanted = await _usual(receive, read, actor) if actor else None
    if actor is None or wanted is None:
        raise NotUsual(read, receive)
    if token_use.is_due(actor):
        asyncio.get_running_loop().run_in_executor(None, token_use.note_beside, actor)
    now = moment.now()
    try:
        taken = await GATHERER.hand_over([incoming_of(one, now) for one in wanted.messages])
    except errors.Refusal as refusal:
        problem = msgspec.json.encode(refusal.problem())
        extra = [(b"retry-after", b"2")] if refusal.status == 503 else []
        await reply(send, status=refusal.status, body=problem, content_type="application/problem+json", extra=extra)
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


async def _usual(receive: Receive, read: list[Message], actor: Actor) -> IncomingBatch | None:
    """Read the body; None where it is not of the usual kind. `read` keeps what was read."""
    body, more = b"", True
    while more and len(body) <= LARGEST_BYTES:
        read.append(await receive())
        body += read[-1].get("body", b"")
        more = read[-1].get("more_body", False)
    if more:
        return None
    with contextlib.suppress(ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        batch = IncomingBatch.model_validate(msgspec.json.decode(body))
        if all(actor.covers(one.box) and not one.files for one in batch.messages) and not find_faults(batch):
            return batch
    return None

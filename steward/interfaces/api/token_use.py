"""When a token was used last: noted beside the requests, at most once a minute per token and process."""

from __future__ import annotations

import time

import structlog
from django.db import DatabaseError, connection

from steward.kernel import memory, moment
from steward.kernel.actor import Actor
from steward.modules.people import commands as people

NOTED_EVERY_S = 60.0
logger = structlog.get_logger(__name__)
_noted: dict[str, float] = {}
memory.remembers(_noted.clear)


def is_due(actor: Actor) -> bool:
    """Tell whether this use is to be noted; whoever is told so notes it. Costs a look into a dict."""
    now = time.monotonic()
    noted = _noted.get(actor.id)
    if noted is not None and now - noted < NOTED_EVERY_S:
        return False
    _noted[actor.id] = now
    return True


def note(actor: Actor) -> None:
    """Write down that the token was used now. Raises: DatabaseError."""
    people.note_token_use(int(actor.id.removeprefix("token:")), now=moment.now())


def note_beside(actor: Actor) -> None:
    """Write it down in a thread of its own while the request goes on, which no failure here may hurt."""
    try:
        note(actor)
    except DatabaseError as error:
        logger.warning("token_use_not_noted", token=actor.id, error=type(error).__name__)
    finally:
        connection.close()

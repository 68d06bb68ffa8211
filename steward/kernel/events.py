"""The event log: what happened, recorded with the change itself, and announced to who subscribed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, ClassVar

import msgspec
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from steward.kernel import arrays
from steward.kernel.actor import Actor

Handler = Callable[[Sequence[Any]], None]
LIVE_CHANNEL = "steward_live"
_registry: dict[str, type[Event]] = {}

INSERT = """
INSERT INTO kernel_event (kind, subject_kind, subject_id, actor, data, simulated)
SELECT * FROM unnest(%(kinds)s::text[], %(subjects)s::text[], %(ids)s::bigint[], %(actors)s::text[],
                     %(data)s::jsonb[], %(simulated)s::boolean[])
RETURNING id
"""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that is announced; subclasses set KIND (on the wire) and SUBJECT (what it is about).

    The subject's id is the field `<SUBJECT>_id`. `simulated` marks drills, practice and past imports.
    """

    KIND: ClassVar[str] = ""
    SUBJECT: ClassVar[str] = ""
    simulated: bool = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.KIND:
            _registry[cls.KIND] = cls

    @property
    def subject_id(self) -> int:
        """Return the id of what the event is about."""
        return int(getattr(self, f"{self.SUBJECT}_id"))


def kinds() -> dict[str, type[Event]]:
    """Return every event class by its kind."""
    return dict(_registry)


def decode(kind: str, data: Any) -> Event:
    """Rebuild an event from its row. Raises: KeyError for an unknown kind; msgspec.ValidationError."""
    return msgspec.convert(data, _registry[kind])


@cache
def subscriptions() -> dict[type[Event], tuple[str, ...]]:
    """Load the page of consequences: event class → dotted names of its handlers."""
    page = import_string(settings.SUBSCRIPTIONS)
    return {event: tuple(f"{h.__module__}.{h.__qualname__}" for h in handlers) for event, handlers in page.items()}


def record(actor: Actor, events: Sequence[Event]) -> list[int]:
    """Append events to the log and defer one job per handler and batch, all in the caller's transaction.

    Returns the log ids in the order given. Emits: one live notice per kind.
    """
    if not events:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("events are recorded with the change they tell of, inside its transaction")
    with connection.cursor() as cursor:
        cursor.execute(INSERT, columns([actor.id] * len(events), events))
        ids = [row[0] for row in cursor.fetchall()]
    announce(events, ids)
    return ids


def columns(actor_ids: Sequence[str], events: Sequence[Event]) -> dict[str, str]:
    """Lay events out as the arrays of INSERT, each with the id of who made it happen."""
    encode = msgspec.json.encode
    return {
        "kinds": arrays.texts([event.KIND for event in events]),
        "subjects": arrays.texts([event.SUBJECT for event in events]),
        "ids": arrays.integers([event.subject_id for event in events]),
        "actors": arrays.texts(actor_ids),
        "data": arrays.texts([encode(event).decode() for event in events]),
        "simulated": arrays.flags([event.simulated for event in events]),
    }


def announce(events: Sequence[Event], ids: Sequence[int]) -> None:
    """Defer one job per handler with the ids of its events, and send one live notice per kind."""
    by_class: dict[type[Event], list[int]] = defaultdict(list)
    for event, id_ in zip(events, ids, strict=True):
        by_class[type(event)].append(id_)
    wanted = subscriptions()
    jobs: list[dict[str, Any]] = [
        {"handler": handler, "event_ids": part}
        for event_class, event_ids in by_class.items()
        for handler in wanted.get(event_class, ())
        for part in _parts(event_ids, settings.EVENT_BATCH)
    ]
    if jobs:
        app.configure_task("steward.kernel.tasks.handle_events", queue="events").batch_defer(*jobs)
    notify_live(sorted({event_class.KIND for event_class in by_class}))


def notify_live(kinds_: Iterable[str]) -> None:
    """Tell connected browsers, at commit, which kinds of things changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, msgspec.json.encode({"kinds": list(kinds_)}).decode()]
        )


def _parts(ids: Sequence[int], size: int) -> Iterable[list[int]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])

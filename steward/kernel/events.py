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

from steward.kernel import arrays
from steward.kernel.actor import Actor
from steward.kernel.bundle import write

Handler = Callable[[Sequence[Any]], None]
LIVE_CHANNEL = "steward_live"
# What somebody sits and waits for is handled before all that waits already, however much that is.
AWAITED = 10
_registry: dict[str, type[Event]] = {}

DRAW = "SELECT nextval('kernel_event_id_seq') FROM generate_series(1, %(count)s::integer)"
INSERT = """
INSERT INTO kernel_event (id, kind, subject_kind, subject_id, actor, data, simulated)
SELECT * FROM unnest(%(log_ids)s::bigint[], %(kinds)s::text[], %(subjects)s::text[], %(ids)s::bigint[],
                     %(actors)s::text[], %(data)s::jsonb[], %(simulated)s::boolean[])
"""
# The function behind Procrastinate's own batch_defer, called without waiting for the job ids: nobody needs them here,
# and waiting for them would cost a round trip.
DEFER = """
SELECT procrastinate_defer_jobs_v1(array_agg(
    ROW('events', 'steward.kernel.tasks.handle_events', priority, NULL, NULL, args, NULL)
    ::procrastinate_job_to_defer_v1))
FROM unnest(%(args)s::jsonb[], %(priorities)s::integer[]) AS job (args, priority)
"""
NOTIFY = "SELECT pg_notify(%(channel)s, %(payload)s)"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that is announced; subclasses set KIND (on the wire) and SUBJECT (what it is about).

    The subject's id is the field `<SUBJECT>_id`. PRIORITY is AWAITED where somebody sits and waits for what follows.
    `simulated` marks drills, practice and past imports.
    """

    KIND: ClassVar[str] = ""
    SUBJECT: ClassVar[str] = ""
    PRIORITY: ClassVar[int] = 0
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


def record(
    actor: Actor,
    events: Sequence[Event],
    *,
    log_ids: Sequence[int] | None = None,
    actors: Sequence[Actor] | None = None,
) -> list[int]:
    """Append events to the log and defer one job per handler and batch, all in the caller's transaction.

    `log_ids` were drawn by the caller already (one round trip less); `actors` names each event's own actor where they
    differ. Returns the log ids in the order given. Emits: one live notice with the kinds.
    """
    if not events:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("events are recorded with the change they tell of, inside its transaction")
    if log_ids is None:
        with connection.cursor() as cursor:
            cursor.execute(DRAW, {"count": len(events)})
            log_ids = [row[0] for row in cursor.fetchall()]
    encode = msgspec.json.encode
    write(
        INSERT,
        {
            "log_ids": arrays.integers(log_ids),
            "kinds": arrays.texts([event.KIND for event in events]),
            "subjects": arrays.texts([event.SUBJECT for event in events]),
            "ids": arrays.integers([event.subject_id for event in events]),
            "actors": arrays.texts([one.id for one in actors] if actors else [actor.id] * len(events)),
            "data": arrays.texts([encode(event).decode() for event in events]),
            "simulated": arrays.flags([event.simulated for event in events]),
        },
    )
    _announce(events, log_ids)
    return list(log_ids)


def _announce(events: Sequence[Event], log_ids: Sequence[int]) -> None:
    """Defer one job per handler with the ids of its events, and send one live notice."""
    by_class: dict[type[Event], list[int]] = defaultdict(list)
    for event, id_ in zip(events, log_ids, strict=True):
        by_class[type(event)].append(id_)
    wanted = subscriptions()
    jobs = [
        (msgspec.json.encode({"handler": handler, "event_ids": part}).decode(), event_class.PRIORITY)
        for event_class, event_ids in by_class.items()
        for handler in wanted.get(event_class, ())
        for part in _parts(event_ids, settings.EVENT_BATCH)
    ]
    if jobs:
        args, priorities = zip(*jobs, strict=True)
        write(DEFER, {"args": arrays.texts(args), "priorities": arrays.integers(priorities)})
    notify_live(sorted({event_class.KIND for event_class in by_class}))


def notify_live(kinds_: Iterable[str]) -> None:
    """Tell connected browsers, at commit, which kinds of things changed."""
    write(NOTIFY, {"channel": LIVE_CHANNEL, "payload": msgspec.json.encode({"kinds": list(kinds_)}).decode()})


def _parts(ids: Sequence[int], size: int) -> Iterable[list[int]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])

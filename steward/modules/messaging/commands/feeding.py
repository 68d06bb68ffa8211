"""Turn what happened into deliveries, endpoint by endpoint, missing nothing that commits late."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from django.db import connection

from steward.kernel import event_feed, events, gate
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.triage import DELIVER
from steward.modules.messaging.models import Delivery, Endpoint
from steward.modules.messaging.rules import webhooks

PAGE = 200
# Everything of transactions before this one is decided. Asked before the page is read, so that the page sees it all.
HORIZON = "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text || '-999999999999999999'"


@command(needs=DELIVER)
def feed_endpoint(actor: Actor, *, endpoint_id: int, now: datetime) -> int:
    """Queue the next events for one endpoint and move its cursor past them; return how many events were read.

    Nothing of simulated subjects leaves, and nothing from before the endpoint was made: its first place in the log is
    that of the oldest transaction still open then, behind which things stand that had happened already.
    Locks: the endpoint; where another process feeds it, nothing is done.
    """
    row = Endpoint.objects.select_for_update(skip_locked=True).filter(id=endpoint_id, active=True).first()
    if row is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        horizon = str(cursor.fetchone()[0])
    found = event_feed.page_after(row.cursor, kinds=webhooks.chosen(events.kinds(), row.kinds), limit=PAGE)
    Delivery.objects.bulk_create(
        [
            Delivery(endpoint=row, event_id=event.id, event_kind=event.kind, body=body_of(event), due_at=now)
            for event in found
            if gate.may_leave(simulated=event.simulated) and event.at >= row.created_at
        ],
        ignore_conflicts=True,
    )
    row.cursor = found[-1].place if found else _later(row.cursor, horizon)
    row.save(update_fields=["cursor"])
    return len(found)


def _later(cursor: str, horizon: str) -> str:
    """Return the place further on in the log."""
    return max(cursor, horizon, key=lambda place: tuple(int(part) for part in place.split("-")))


def body_of(event: event_feed.FeedEvent) -> str:
    """Write an event as Standard Webhooks say: type, timestamp, data; ids and codes, nothing that names a person."""
    data = {
        "event_id": event.id,
        "subject": event.subject_kind,
        "subject_id": event.subject_id,
        **webhooks.public_facts(event.data),
    }
    at = event.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return msgspec.json.encode({"type": event.kind, "timestamp": at, "data": data}).decode()

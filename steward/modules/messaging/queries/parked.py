"""Read what was parked: messages from outside that could not be taken, why, and what lies in them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from steward.kernel import errors
from steward.modules.messaging.models import ParkedInbound

FIELDS = (
    "id", "channel", "box", "shape", "size_bytes", "reason", "attempts", "state", "parked_at", "settled_at",
    "settled_by",
)  # fmt: skip


class ParkedView(Struct, frozen=True, kw_only=True):
    """One message that could not be taken. `state`: parked, taken (after all), dropped."""

    id: int
    channel: str
    box: str
    shape: str
    size_bytes: int
    reason: str
    attempts: int
    state: str
    parked_at: datetime
    settled_at: datetime | None
    settled_by: str


class ParkedPage(Struct, frozen=True):
    """Parked messages, newest first, and the id to ask for older ones with."""

    rows: list[ParkedView]
    next_before: int | None


def parked_page(*, state: str = "parked", before_id: int | None = None, limit: int = 50) -> ParkedPage:
    """List what was parked, newest first; an empty state lists all."""
    rows = ParkedInbound.objects.order_by("-id")
    if state:
        rows = rows.filter(state=state)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    found = [ParkedView(**row) for row in rows.values(*FIELDS)[: limit + 1]]
    return ParkedPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def parked_one(parked_id: int) -> ParkedView:
    """Read one. Raises: NotFound."""
    row = ParkedInbound.objects.filter(id=parked_id).values(*FIELDS).first()
    if row is None:
        raise errors.NotFound(key=parked_id)
    return ParkedView(**row)


def parked_count() -> int:
    """Count what waits for a person."""
    return ParkedInbound.objects.filter(state="parked").count()

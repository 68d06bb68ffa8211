"""Read webhook endpoints and what became of their deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from msgspec import Struct

from steward.kernel import errors, events, secrets_box
from steward.modules.messaging.models import Delivery, Endpoint
from steward.modules.messaging.rules import webhooks

SECRET_PURPOSE = "messaging.webhook"  # noqa: S105  (names what the secret is for)


class EndpointView(Struct, frozen=True, kw_only=True):
    """One endpoint; its secret stays sealed."""

    id: int
    url: str
    description: str
    kinds: list[str]
    active: bool
    disabled_at: datetime | None
    disabled_reason: str
    created_at: datetime
    old_secret_until: datetime | None
    waiting: int = 0
    failed: int = 0

    @property
    def state(self) -> str:
        """Name the state for its pill."""
        return "active" if self.active else "inactive"


class DeliveryView(Struct, frozen=True, kw_only=True):
    """One event for one endpoint. Units: `duration_ms` milliseconds."""

    id: int
    key: str
    endpoint_id: int
    url: str
    event_id: int
    event_kind: str
    state: str
    attempts: int
    status: int | None
    answer: str
    duration_ms: int | None
    due_at: datetime
    queued_at: datetime
    settled_at: datetime | None
    body: str


def open_secret(sealed: bytes | memoryview) -> str:
    """Open an endpoint's secret, to sign with. Raises: ValueError after a lost master key."""
    return secrets_box.unseal_with_master(sealed, purpose=SECRET_PURPOSE).decode()


def offered_kinds() -> list[str]:
    """List the kinds of events an endpoint may ask for."""
    return webhooks.chosen(events.kinds(), ())


def endpoints() -> list[EndpointView]:
    """List the endpoints, oldest first, with how much waits and failed."""
    counted = Endpoint.objects.order_by("id").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state__in=["waiting", "sending"])),
        failed=Count("deliveries", filter=Q(deliveries__state="failed")),
    )
    return [EndpointView(**row) for row in counted.values(*EndpointView.__struct_fields__)]


def endpoint(endpoint_id: int) -> EndpointView:
    """Read one endpoint. Raises: NotFound."""
    found = next((one for one in endpoints() if one.id == endpoint_id), None)
    if found is None:
        raise errors.NotFound(key=endpoint_id)
    return found


def active_endpoint_ids() -> list[int]:
    """List the endpoints that are called."""
    return list(Endpoint.objects.filter(active=True).order_by("id").values_list("id", flat=True))


def deliveries(
    *, endpoint_id: int | None = None, state: str = "", before_id: int | None = None, limit: int = 50
) -> list[DeliveryView]:
    """List deliveries, newest first, one page of them."""
    rows: Any = Delivery.objects.order_by("-id")
    if endpoint_id is not None:
        rows = rows.filter(endpoint_id=endpoint_id)
    if state:
        rows = rows.filter(state=state)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    names = [name for name in DeliveryView.__struct_fields__ if name not in ("url", "key")]
    return [
        DeliveryView(url=row.pop("endpoint__url"), key=f"evt_{row.pop('key').hex}", **row)
        for row in rows.values("endpoint__url", "key", *names)[:limit]
    ]

"""Ask sources that do not call by themselves where parcels are; the network is spoken to outside any transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from steward.kernel import ports
from steward.kernel.actor import Actor
from steward.modules.logistics.commands.reporting import believed
from steward.modules.logistics.commands.tracking import record_tracking
from steward.modules.logistics.models import Parcel, TrackingSource
from steward.modules.logistics.ports import SourceUnreachable, TrackingPoller
from steward.modules.logistics.queries.tracking import source_secret
from steward.modules.logistics.rules import shipments as lives

PORT = "logistics.tracking_poll"
AT_ONCE = 200
EVERY = timedelta(minutes=30)
log = structlog.get_logger(__name__)


def poll_all(actor: Actor, *, now: datetime) -> int:
    """Ask every source that is due about the parcels on their way; what one does not answer is noted on it.

    Nothing of drills is asked about. Returns how many events were new. Safe to run twice.
    """
    due = TrackingSource.objects.filter(active=True).exclude(poll_url="").order_by("id")
    return sum(
        poll_source(actor, source=one, now=now) for one in due if one.polled_at is None or one.polled_at <= now - EVERY
    )


def poll_source(actor: Actor, *, source: TrackingSource, now: datetime) -> int:
    """Ask one source, some parcels at a time. Returns how many events were new."""
    poll: TrackingPoller = ports.bound(PORT)
    secret = source_secret(source.code)
    fault, new = "", 0
    for part in _parts(source.carrier_code):
        try:
            reports = poll(address=source.poll_url, secret=secret, numbers=part)
        except SourceUnreachable as refusal:
            fault = str(refusal)[:200]
            log.warning("tracking_source_unreachable", source=source.code, why=fault)
            break
        if reports := believed(reports, carrier_code=source.carrier_code):
            done = record_tracking(actor, source=source.code, format_=source.format, reports=reports, now=now)
            new += done.new
    TrackingSource.objects.filter(id=source.id).update(polled_at=now, poll_fault=fault)
    return new


def _parts(carrier_code: str) -> list[list[str]]:
    moving = Parcel.objects.filter(shipment__state__in=lives.ON_THE_WAY, shipment__simulated=False)
    moving = moving.exclude(tracking_number="")
    if carrier_code:
        moving = moving.filter(carrier__code=carrier_code)
    numbers = list(moving.order_by("id").values_list("tracking_number", flat=True))
    return [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]

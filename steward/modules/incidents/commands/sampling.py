"""Measure the load of the queues, a minute at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.queries import flow
from steward.modules.incidents.models import QueueSample
from steward.modules.incidents.queries.loads import SOURCES, people_on

KEPT_DAYS = parameters.define(
    "incidents.samples_kept_days", 60, unit="d", label=_("How long measured loads are kept"), minimum=8, maximum=730
)
LONGEST_SPAN_S = 3_600


@command(needs="incidents.watch")
def sample_queue(actor: Actor, *, queue: str, now: datetime) -> bool:
    """Measure one queue for the minute of `now`; a minute that is measured already stays as it is.

    Arrivals are the clocks that began since the sample before; what was done is what then no longer waits. What was
    postponed meanwhile is not done, and what is postponed no longer has not come anew.
    Returns whether it was measured now.
    """
    source, at = SOURCES[queue], now.replace(second=0, microsecond=0)
    before = QueueSample.objects.filter(queue=queue, at__lt=at).order_by("-at").first()
    waiting, postponed = source.count()
    arrived, newest, span_s, done = 0, flow.newest_clock(), 0, 0
    if before is not None and (at - before.at).total_seconds() <= LONGEST_SPAN_S:
        arrived, newest = flow.begun_after(before.last_clock_id, source.subject_kind, source.clock_kind)
        span_s = int((at - before.at).total_seconds())
        done = max(before.waiting + before.postponed + arrived - waiting - postponed, 0)
    sample = QueueSample(
        queue=queue,
        at=at,
        span_s=span_s,
        waiting=waiting,
        postponed=postponed,
        arrived=arrived,
        done=done,
        people=people_on(queue, at=now),
        last_clock_id=newest,
    )
    if QueueSample.objects.filter(queue=queue, at=at).exists():
        return False
    QueueSample.objects.bulk_create([sample], ignore_conflicts=True)
    return True


@command(needs="incidents.watch")
def forget_samples(actor: Actor, *, now: datetime) -> int:
    """Delete measured loads past their time. Returns how many."""
    oldest = now - timedelta(days=int(parameters.value(KEPT_DAYS)))
    return QueueSample.objects.filter(at__lt=oldest).delete()[0]

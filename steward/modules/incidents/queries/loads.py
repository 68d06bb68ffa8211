"""The load of the queues that surge mode watches: who waits, who comes, what gets done, by how many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.deadlines.commands import POSTPONED
from steward.modules.deadlines.queries import standing_clocks
from steward.modules.incidents.models import QueueSample, SurgeChange
from steward.modules.incidents.rules import queueing
from steward.modules.incidents.rules.queueing import Load
from steward.modules.orders import queries as orders
from steward.modules.orders.queries import exceptions
from steward.modules.people import queries as people

ARRIVALS_OVER = timedelta(minutes=30)
SERVICE_OVER = timedelta(hours=24)
WEEK = timedelta(days=7)
WEEKS_BACK = 4
STEP_S = 600
USUAL = {
    queue: parameters.define(
        f"incidents.usual_{queue}_per_hour", default, unit="1/h", label=label, minimum=0.1, maximum=1_000, kind="number"
    )
    for queue, default, label in (
        ("audit", 30.0, _("Orders one person audits in an hour, until enough was seen")),
        ("mend", 20.0, _("Orders one person completes in an hour, until enough was seen")),
        ("exceptions", 6.0, _("Exceptions one person works in an hour, until enough was seen")),
    )
}


def _none() -> int:
    return 0


def _postponed_audits() -> int:
    """Count the audits that surges have put off, and that wait for nothing else."""
    rows = SurgeChange.objects.filter(kind="postpone_low", undone_at=None, surge__state="active")
    orders_ = [one or 0 for one in rows.values_list("subject_id", flat=True)]
    return len(standing_clocks("order", "order_audit", orders_, POSTPONED)) if orders_ else 0


class Source(Struct, frozen=True):
    """Where a queue's figures come from: its clocks, who may work it, how many wait now, and how many were put off."""

    label: Any
    url_query: tuple[str, str]
    subject_kind: str
    clock_kind: str
    permission: str
    waiting: Callable[[], int]
    postponed: Callable[[], int] = _none

    def count(self) -> tuple[int, int]:
        """Count how many wait to be done now, and how many others were postponed."""
        postponed = self.postponed()
        return max(self.waiting() - postponed, 0), postponed


class Sample(Struct, frozen=True):
    """One measured minute. Units: pieces, people."""

    at: datetime
    waiting: int
    arrived: int
    done: int
    people: int


SOURCES: Mapping[str, Source] = {
    "audit": Source(
        _("To audit"),
        ("orders", "queue=audit"),
        "order",
        "order_audit",
        "orders.audit",
        lambda: orders.queue_counts()["audit"],
        _postponed_audits,
    ),
    "mend": Source(
        _("To complete"),
        ("orders", "queue=mend"),
        "order",
        "order_mend",
        "orders.mend",
        lambda: orders.queue_counts()["mend"],
    ),
    "exceptions": Source(
        _("Exceptions"),
        ("exceptions", ""),
        "exception",
        "",
        "orders.exceptions",
        lambda: exceptions.exception_counts()["open"],
    ),
}


def people_on(queue: str, *, at: datetime) -> int:
    """Count who is on duty and may work a queue."""
    able = set(people.staff_with_permission(SOURCES[queue].permission))
    return len({one.staff_id for one in people.staff_on_duty(at=at)} & able)


def load_of(queue: str, *, now: datetime) -> Load:
    """Tell the load of a queue now: arrivals of the last half hour, service seen while work waited."""
    samples = QueueSample.objects.filter(queue=queue, at__lte=now)
    lately = samples.filter(at__gt=now - ARRIVALS_OVER).aggregate(arrived=Sum("arrived"), span=Sum("span_s"))
    busy = samples.filter(at__gt=now - SERVICE_OVER, waiting__gt=0, people__gt=0)
    seen = busy.aggregate(done=Sum("done"), person_s=Sum(F("people") * F("span_s")))
    usual = float(parameters.value(USUAL[queue]))
    waiting, postponed = SOURCES[queue].count()
    return Load(
        waiting=waiting,
        arriving_per_hour=(lately["arrived"] or 0) * queueing.HOUR_S / lately["span"] if lately["span"] else 0.0,
        each_per_hour=queueing.service_rate(seen["done"] or 0, seen["person_s"] or 0, usual_per_hour=usual),
        people=people_on(queue, at=now),
        postponed=postponed,
    )


def samples_of(queue: str, *, since: datetime, until: datetime) -> list[Sample]:
    """List the measured minutes of a span, oldest first."""
    rows = QueueSample.objects.filter(queue=queue, at__gte=since, at__lte=until).order_by("at")
    return [Sample(*row) for row in rows.values_list("at", "waiting", "arrived", "done", "people")]


def shape_of(queue: str, *, now: datetime, steps: int) -> list[float]:
    """Say how arrivals of the coming steps compare with those of this hour, by the same hours of the last four weeks.

    Empty where nothing was measured then. Units: share of the arrivals of the half hour before `now`.
    """
    spans = [(now - WEEK * back) for back in range(1, WEEKS_BACK + 1)]
    base = sum(_arrived(queue, then - ARRIVALS_OVER, then) for then in spans)
    if not base:
        return []
    per_step = base * STEP_S / ARRIVALS_OVER.total_seconds()
    step = timedelta(seconds=STEP_S)
    return [
        sum(_arrived(queue, then + step * n, then + step * (n + 1)) for then in spans) / per_step for n in range(steps)
    ]


def _arrived(queue: str, since: datetime, until: datetime) -> int:
    rows = QueueSample.objects.filter(queue=queue, at__gt=since, at__lte=until)
    return rows.aggregate(arrived=Sum("arrived"))["arrived"] or 0


def forecast(queue: str, load: Load, *, now: datetime, steps: int = 24) -> Sequence[float]:
    """Foretell how many wait at the end of each of the next steps of ten minutes. Units: pieces."""
    return queueing.forecast(load, shape=shape_of(queue, now=now, steps=steps), steps=steps, step_s=STEP_S)

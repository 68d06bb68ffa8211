"""What the crash test does inside a home of its own: `python -m tests.races.stage prepare|look`, answers as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "steward.settings"
django.setup()

from django.db import connection  # noqa: E402
from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: E402

from steward.kernel import parked  # noqa: E402
from steward.kernel.models import Event  # noqa: E402
from steward.modules.customers.models import Customer  # noqa: E402
from steward.modules.deadlines.models import Clock  # noqa: E402
from steward.modules.inventory import queries as inventory  # noqa: E402
from steward.modules.orders.models import Order  # noqa: E402
from tests import make  # noqa: E402
from tests.races.crowd import promised_units, wanted_units  # noqa: E402

PLENTY = 1_000_000


def prepare() -> dict[str, str]:
    """Put one item on the shelf and one that is sold out; give out a key."""
    make.item("PLENTY", stock=PLENTY)
    make.item("NONE", stock=0)
    return {"token": make.token("orders.enter", "orders.view")}


def look() -> dict[str, object]:
    """Say what is there: orders by number, where they stand, what was told of them, and whether the ledgers agree."""
    # What is promised stays so when it is set aside; only what leaves the house ends it.
    promised = Order.objects.filter(fulfilment_state__in=("promised", "allocated")).values_list("id", flat=True)
    received = Event.objects.filter(kind="orders.order_received").values_list("subject_id", flat=True)
    clocks = Clock.objects.filter(subject_kind="order").values_list("subject_id", "kind")
    return {
        "orders": dict(Counter(Order.objects.values_list("external_number", flat=True))),
        "states": dict(Order.objects.values_list("external_number", "state")),
        "customers": Customer.objects.count(),
        "told_once": Counter(received) == Counter(Order.objects.values_list("id", flat=True)),
        "clocks_once": set(Counter(clocks).values()) == {1},
        "clocked": len({subject for subject, _kind in clocks}),
        "differences": [str(one) for one in inventory.differences()],
        "promises_fit": promised_units() == wanted_units(list(promised)),
        "unfinished": unfinished(),
        "parked": [f"{one.task}: {one.error}" for one in parked.parked_jobs()],
    }


def unfinished() -> list[str]:
    """List the jobs of events that have not succeeded, and tell the whole queue to who reads the output."""
    jobs = ProcrastinateJob.objects.filter(queue_name="events").exclude(status="succeeded")
    found = [str(one) for one in jobs.values_list("id", "status", "attempts", "worker_id", "scheduled_at")]
    if found:
        for table in ("procrastinate_jobs", "procrastinate_workers", "kernel_job_failure"):
            print(table, rows(f"SELECT *, now() FROM {table}"), file=sys.stderr)
    return found


def rows(query: str) -> list[Any]:
    """Ask the database."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


if __name__ == "__main__":
    print(json.dumps({"prepare": prepare, "look": look}[sys.argv[1]]()))

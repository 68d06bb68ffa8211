"""What the crash test does inside a home of its own: `python -m tests.races.stage prepare|look`, answers as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "steward.settings"
django.setup()

from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: E402

from steward.modules.customers.models import Customer  # noqa: E402
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
    """Say what is there: orders by number, where they stand, and whether the ledgers agree."""
    jobs = ProcrastinateJob.objects.filter(queue_name="events").exclude(status="succeeded")
    unfinished = list(jobs.values_list("id", "status", "attempts", "worker_id", "scheduled_at"))
    if unfinished:
        print(unfinished, file=sys.stderr)  # shown where the test fails
    promised = Order.objects.filter(fulfilment_state="promised").values_list("id", flat=True)
    return {
        "orders": dict(Counter(Order.objects.values_list("external_number", flat=True))),
        "states": dict(Order.objects.values_list("external_number", "state")),
        "customers": Customer.objects.count(),
        "differences": [str(one) for one in inventory.differences()],
        "promises_fit": promised_units() == wanted_units(list(promised)),
        "unfinished": [str(one) for one in unfinished],
    }


if __name__ == "__main__":
    print(json.dumps({"prepare": prepare, "look": look}[sys.argv[1]]()))

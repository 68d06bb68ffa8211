"""The part of the bench that runs inside Django: fill orders, look for exceptions. Prints one line of JSON."""

import json
import statistics
import sys
import time
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from steward.kernel.actor import system  # noqa: E402
from steward.kernel.moment import now  # noqa: E402
from steward.modules.orders.commands import exceptions_detecting as detecting  # noqa: E402
from steward.modules.orders.models import Detector, ExceptionCase  # noqa: E402
from steward.modules.orders.rules.detectors import SWEPT  # noqa: E402

ACTOR = system("orders")
# Of a hundred orders: five to complete, three to be paid, four to audit, the others done with; one in eight of the open
# ones is a week old, one in six has an open finding about its address, one in thirty was ordered twice. Every customer
# has three orders.
ORDERS = """
INSERT INTO orders_order (id, number, shop_id, external_number, state, payment_state, fulfilment_state, state_since,
                          currency, lines_minor, total_minor, paid_minor, placed_at, received_at, payload_hash, source,
                          entered_by, historic, customer_id, cancel_cause)
SELECT n, 'SO-' || n, (SELECT min(id) FROM catalog_shop), 'E' || n, state,
       CASE WHEN state = 'checked' THEN 'unpaid' ELSE 'paid' END,
       CASE WHEN n %% 211 = 0 AND state IN ('received', 'approved') THEN 'short' ELSE 'promised' END,
       at, 'CNY', minor, minor, CASE WHEN state = 'checked' THEN 0 ELSE minor END, at, at, '\\x00', 'api', 'token:1',
       false, twin %% greatest(%(count)s / 3, 1), CASE WHEN state = 'cancelled' THEN 'other' ELSE '' END
FROM (SELECT n, CASE WHEN n %% 30 = 0 THEN n - 1 ELSE n END AS twin,
             1000 + CASE WHEN n %% 30 = 0 THEN n - 1 ELSE n END %% 97 * 100 AS minor,
             CASE WHEN n %% 100 < 5 THEN 'received' WHEN n %% 100 < 8 THEN 'checked' WHEN n %% 100 < 12 THEN 'audit'
                     WHEN n %% 100 < 20 THEN 'cancelled' WHEN n %% 100 < 60 THEN 'completed' ELSE 'approved' END
                 AS state,
             %(now)s::timestamptz - CASE WHEN n %% 8 = 0 THEN interval '7 days' ELSE interval '20 minutes' END
                 AS at
      FROM generate_series(1, %(count)s) AS n) AS made
"""
MORE = (
    """INSERT INTO orders_line (order_id, position, item_id, quantity, unit_price_minor)
       SELECT n, p, p, 1 + CASE WHEN n %% 30 = 0 THEN n - 1 ELSE n END %% 3, 1000
       FROM generate_series(1, %(count)s) AS n, generate_series(1, 3) AS p""",
    """INSERT INTO payments_entry (order_id, provider, transaction, direction, amount_minor, currency, happened_at,
                                   method)
       SELECT id, 'alipay', 'T-' || id, 'payment', total_minor, 'CNY', placed_at, '' FROM orders_order
       WHERE payment_state = 'paid'""",
    """INSERT INTO orders_finding (order_id, field, code, severity, params, resolution, found_at)
       SELECT n, 'recipient.street', 'missing', 'error', '{}', '', %(now)s::timestamptz
       FROM generate_series(1, %(count)s) AS n WHERE n %% 6 = 0 AND n %% 100 < 12""",
)
TABLES = ("orders_order", "orders_line", "payments_entry", "orders_finding")
NEW = 100
LOST = """
UPDATE orders_order SET fulfilment_state = 'short'
WHERE id IN (SELECT id FROM orders_order WHERE state = 'approved' AND fulfilment_state = 'promised' AND id > %(first)s
             ORDER BY id LIMIT %(count)s)
"""
BARE = "SELECT count(*) FROM orders_order WHERE state IN ('received', 'checked', 'audit')"


def fill(count: int) -> None:
    """Write orders with their lines, money and findings, set-based."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in (ORDERS, *MORE):
            cursor.execute(statement, {"count": count, "now": now()})
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
            cursor.execute(f"VACUUM ANALYZE {table}")


def scans(node: dict[str, Any]) -> list[str]:
    """Name the tables that a plan reads whole."""
    own = [node["Relation Name"]] if node["Node Type"] == "Seq Scan" and node["Actual Rows"] > 100 else []
    return own + [name for inner in node.get("Plans", ()) for name in scans(inner)]


def explained(detector: Detector) -> tuple[int, list[str]]:
    """Tell how many pages a detector's two questions read, and which tables they read whole."""
    pages, whole = 0, set()
    for question in ("exceptions_new", "exceptions_gone"):
        statement, wanted = detecting.asking(detector, question, now(), 0, detecting.BATCH)
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement, wanted)
            found = cursor.fetchone()[0]
        plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
        pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        whole |= set(scans(plan))
    return pages, sorted(whole)


def looked(detector: Detector) -> float:
    """Ask what is new and what is gone, as a sweep does that changes nothing. Returns seconds."""
    begun = time.perf_counter()
    detecting.unknown(detector, now())
    detecting.gone(detector, now())
    return time.perf_counter() - begun


def median_ms(samples: list[float]) -> float:
    """Return the median of seconds in milliseconds."""
    return round(statistics.median(samples) * 1_000, 1)


def bare() -> float:
    """Count the open orders. Returns seconds."""
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.fetchone()
    return time.perf_counter() - begun


def found_after(number: int) -> float:
    """Sweep after something new has happened. Returns seconds."""
    grown(number * NEW, NEW)
    return swept()


def swept() -> float:
    """Sweep once. Returns seconds."""
    begun = time.perf_counter()
    detecting.sweep(ACTOR, now=now())
    return time.perf_counter() - begun


def grown(first: int, count: int) -> None:
    """Let so many orders more lose their goods after approval: what the next sweep finds."""
    with connection.cursor() as cursor:
        cursor.execute(LOST, {"first": first, "count": count})


def main(count: int, rounds: int) -> None:
    """Open what there is to open, then time the steady state, then a sweep that finds something."""
    fill(count)
    first_s = swept()
    with connection.cursor() as cursor:
        for table in ("orders_exception", "deadlines_clock"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    found = []
    for code in SWEPT:
        detector = Detector.objects.get(code=code)
        pages, whole = explained(detector)
        found.append(
            {
                "name": code,
                "ms": median_ms([looked(detector) for _ in range(rounds)]),
                "pages": pages,
                "whole": f", reads {', '.join(whole)} whole" if whole else "",
            }
        )
    answer = {
        "orders": count,
        "known": ExceptionCase.objects.count(),
        "first_sweep_s": round(first_s, 2),
        "bare_ms": median_ms([bare() for _ in range(rounds)]),
        "detectors": found,
        "sweep_ms": median_ms([swept() for _ in range(rounds)]),
        "new": NEW,
        "finding_ms": median_ms([found_after(number) for number in range(rounds)]),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))

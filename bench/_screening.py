"""Fill a migrated database with past orders and their signals, then time the windows. Prints one line of JSON."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from steward.modules.orders.models import RuleSet  # noqa: E402
from steward.modules.orders.queries import screening_facts  # noqa: E402
from steward.modules.orders.rules.screening import judge  # noqa: E402

AT_ONCE = 1_000
# How many orders share one value: each customer orders five times in the two years, a network address serves 25.
SHARED = {"customer": 5, "phone": 5, "address": 4, "device": 5, "payment_account": 5, "ip": 25}
SPAN_S = 2 * 365 * 86_400
ORDERS = """
INSERT INTO orders_order (id, number, shop_id, external_number, state, state_since, currency, lines_minor, total_minor,
                          placed_at, received_at, payload_hash, source, entered_by, historic, customer_id)
SELECT n, 'SO-' || n, (SELECT min(id) FROM catalog_shop), 'E' || n, 'completed', now(), 'CNY', 1000 + n % 90 * 100,
       1000 + n % 90 * 100, at, at, '\\x00', 'sample', 'system:bench', true, 1
FROM (SELECT n, timestamptz '2024-01-01' + n * %(gap_s)s * interval '1 second' AS at
      FROM generate_series(1, %(count)s) AS n) AS made
"""
SIGNALS = """
INSERT INTO orders_signal (order_id, customer_id, kind, value, key_version, at)
SELECT n, abs(hashint8(n)::bigint) %% %(customers)s, %(kind)s::text,
       decode(md5(%(kind)s::text || (abs(hashint8(n)::bigint) %% greatest(%(count)s / %(shared)s, 1))), 'hex'), 1,
       timestamptz '2024-01-01' + n * %(gap_s)s * interval '1 second'
FROM generate_series(1, %(count)s) AS n
"""
LINES = """
INSERT INTO orders_line (order_id, position, item_id, quantity, unit_price_minor)
SELECT n, 1, (SELECT min(id) FROM catalog_item), 1 + n % 3, 1000 FROM generate_series(1, %(count)s) AS n
"""
BARE = """
SELECT own.order_id, own.kind, count(*)
FROM orders_signal AS own
JOIN orders_signal AS past ON past.value = own.value AND past.at > own.at - interval '30 days' AND past.at <= own.at
WHERE own.order_id = ANY (%s)
GROUP BY own.order_id, own.kind
"""
INDEXES = {
    "signal_window": "CREATE INDEX signal_window ON orders_signal (value, at, order_id) INCLUDE (customer_id)",
}


def fill(count: int) -> None:
    """Write orders, their signals and lines set-based; the window index is built afterwards, as a restore would."""
    gap_s = SPAN_S / count
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("DROP INDEX signal_window")
        cursor.execute("ALTER TABLE orders_signal DISABLE TRIGGER ALL")
        cursor.execute("ALTER TABLE orders_order DISABLE TRIGGER ALL")
        cursor.execute("ALTER TABLE orders_line DISABLE TRIGGER ALL")
        cursor.execute(ORDERS.replace("n % 90", "n %% 90"), {"count": count, "gap_s": gap_s})
        for kind, shared in SHARED.items():
            cursor.execute(
                SIGNALS,
                {"count": count, "gap_s": gap_s, "kind": kind, "shared": shared, "customers": count // 5},
            )
        cursor.execute(LINES.replace("n % 3", "n %% 3"), {"count": count})
        for statement in INDEXES.values():
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE orders_signal")
        cursor.execute("VACUUM ANALYZE orders_order")
        cursor.execute("VACUUM ANALYZE orders_line")


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main(past: int, count: int, rounds: int) -> None:
    """Time the bare query, the windows and the whole judgement over the last `count` orders."""
    fill(past + count)
    row = RuleSet.objects.get(state="active")
    rule_set = screening_facts.set_of(row)
    ids = list(range(past + 1, past + count + 1))
    parts = [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [ids])
            cursor.fetchall()

    def windows() -> None:
        screening_facts.windows(ids, rule_set)

    def judged() -> None:
        for part in parts:
            for facts in screening_facts.facts_of(part, rule_set, registered={}, as_of=None).values():
                judge(facts, rule_set)

    samples: dict[str, list[float]] = {"bare_s": [], "windows_s": [], "judged_s": []}
    for _ in range(rounds):
        for name, work in (("bare_s", bare), ("windows_s", windows), ("judged_s", judged)):
            samples[name].append(_timed(work))
    medians: dict[str, Any] = {name: round(statistics.median(found), 4) for name, found in samples.items()}
    print(json.dumps({**medians, "rounds": samples}))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))

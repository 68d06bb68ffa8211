"""The sweep of every few seconds: limits of half a minute are kept, and looking costs next to nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from steward.kernel import moment, sql, ticks
from steward.modules.deadlines import commands, tasks
from steward.modules.deadlines.commands import ClockStart
from steward.modules.deadlines.commands.locking import PACKAGE
from steward.modules.deadlines.models import Clock
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW
SECOND = timedelta(seconds=1)
FILL = """
INSERT INTO deadlines_clock (subject_kind, subject_id, kind, policy_id, target_s, started_at, running_since, due_at,
                             next_step_at)
SELECT 'ticket', n, 'solution', (SELECT min(id) FROM deadlines_policy), 14400, %(now)s::timestamptz,
       %(now)s::timestamptz, %(now)s::timestamptz + interval '4 hours', %(now)s::timestamptz + interval '4 hours'
FROM generate_series(1, %(count)s::bigint) AS n
"""


def ring() -> None:
    """Let a telephone ring."""
    with transaction.atomic():
        commands.start_clocks(make.TESTER, starts=[ClockStart("call", 1, "phone_answered", NOW)], now=NOW)


def test_a_call_is_warned_and_missed_within_its_half_minute() -> None:
    ring()
    seen = []
    for second in range(0, 41, 5):
        with moment.frozen(NOW + second * SECOND):
            tasks.sweep_now()
        clock = Clock.objects.get()
        seen.append((second, clock.warned, clock.outcome))
    assert [one[1:] for one in seen if one[0] in (15, 20, 30, 35)] == [
        (0, "running"),
        (1, "running"),
        (1, "running"),
        (1, "breached"),
    ]
    assert Clock.objects.get().breached_at == NOW + 30 * SECOND


def test_with_nothing_due_it_asks_once_and_writes_nothing() -> None:
    ring()
    with moment.frozen(NOW + SECOND):
        tasks.sweep_now()
        with CaptureQueriesContext(connection) as asked:
            assert tasks.sweep_now() == 0
    said = [one["sql"] for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(said) == 1
    assert "FOR UPDATE SKIP LOCKED" in said[0]
    assert not ProcrastinateJob.objects.filter(task_name=tasks.sweep_due_clocks.name).exists()


@pytest.mark.parametrize("count", [100, 20_000])
def test_the_sweep_finds_what_is_due_by_the_partial_index_however_many_run(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"now": NOW, "count": count})
        # What other tests took back still stands in the index.
        cursor.execute("REINDEX INDEX clock_step")
        cursor.execute("ANALYZE deadlines_clock")
        # A table of a few pages is read whole whatever index there is: what counts is that the index serves.
        cursor.execute("SET LOCAL enable_seqscan = off")
        statement = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.load(PACKAGE, "lock_due")
        cursor.execute(statement, {"now": NOW, "limit": commands.SWEEP_LIMIT})
        plan = cursor.fetchone()[0][0]["Plan"]
    scan = deepest(plan)
    assert (scan["Node Type"], scan["Index Name"]) == ("Index Scan", "clock_step")
    assert scan["Actual Rows"] == 0
    assert scan["Shared Hit Blocks"] + scan["Shared Read Blocks"] <= 3


def deepest(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a plan down to what it reads."""
    inner = node.get("Plans")
    return deepest(inner[0]) if isinstance(inner, list) else node


def test_what_a_minute_sweep_does_is_the_same() -> None:
    ring()
    with moment.frozen(NOW + 60 * SECOND):
        tasks.sweep_due_clocks(0)
    assert Clock.objects.get().outcome == "breached"


def test_every_worker_knows_the_tick() -> None:
    assert ticks.works()["deadlines.sweep_due_clocks"] is tasks.sweep_now

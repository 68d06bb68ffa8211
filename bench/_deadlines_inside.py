"""The part of the bench that runs inside Django: fill clocks, sweep them, loop over them.

`python -m bench._deadlines_inside SIZES ROUNDS PARTS`: settings come from the environment. One line of JSON per size.
"""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from steward.kernel import events, sql  # noqa: E402
from steward.kernel.actor import system  # noqa: E402
from steward.modules.deadlines import commands, rules  # noqa: E402
from steward.modules.deadlines.commands.locking import PACKAGE  # noqa: E402
from steward.modules.deadlines.events import ClockBreached, ClockEscalated  # noqa: E402
from steward.modules.deadlines.models import Clock, History, Policy  # noqa: E402
from steward.modules.deadlines.queries import policies  # noqa: E402

SWEEPER = system("deadlines.sweep")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DUE = 2_000
IDLE_ROUNDS = 20
# Open clocks of which every second stands before its due time, a policy with a warning behind it and two steps ahead.
FILL = """
INSERT INTO deadlines_clock (subject_kind, subject_id, kind, policy_id, target_s, started_at, running_since, due_at,
                             next_step_at, warned)
SELECT 'ticket', n, 'solution', %(policy)s::bigint, 14400, %(now)s::timestamptz - interval '3 hours',
       %(now)s::timestamptz - interval '3 hours', %(now)s::timestamptz + interval '1 hour' + n * interval '1 second',
       %(now)s::timestamptz + interval '1 hour' + n * interval '1 second', 1
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
MAKE_DUE = """
UPDATE deadlines_clock AS clock
SET due_at = due.at, next_step_at = due.at, started_at = due.at - interval '4 hours',
    running_since = due.at - interval '4 hours', warned = 1, escalated = 0, outcome = 'running', breached_at = NULL
FROM (SELECT first + g * ((SELECT count(*) FROM deadlines_clock) / %(due)s::bigint) AS id,
             %(now)s::timestamptz - interval '1 second' - g * interval '1 millisecond' AS at
      FROM generate_series(0, %(due)s::bigint - 1) AS g,
           (SELECT min(id) AS first FROM deadlines_clock) AS lowest) AS due
WHERE clock.id = due.id
"""


def policy() -> Policy:
    """Put the policy of the clocks in force: due in four hours, a warning before, two steps after."""
    draft = commands.PolicyDraft(
        target_s=14_400,
        responsible_role="customer_service",
        warnings=[{"share": 0.5}],
        ladder=[{"after_s": 0, "verb": "notify"}, {"after_s": 3_600, "verb": "manager"}],
    )
    id_ = commands.add_policy(
        system("bench"), subject_kind="ticket", clock_kind="solution", code="bench", draft=draft, reason="bench"
    )
    return Policy.objects.get(id=id_)


def run(statement: str, **parameters: Any) -> None:
    """Execute one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def fill(first: int, last: int, policy_id: int) -> None:
    """Add open clocks."""
    run(FILL, first=first, last=last, policy=policy_id, now=NOW)
    run("VACUUM ANALYZE deadlines_clock")


def sweep() -> tuple[float, int]:
    """Sweep until nothing is due. Returns seconds and the clocks marked."""
    run(MAKE_DUE, now=NOW, due=DUE)
    # The rows the preparation left behind would be read by whoever comes first: what a server's own vacuum does.
    run("VACUUM deadlines_clock")
    run("CHECKPOINT")
    marked, begun = 0, time.perf_counter()
    while swept := commands.sweep_due(SWEEPER, now=NOW):
        marked += swept
        if swept < commands.SWEEP_LIMIT:
            break
    return time.perf_counter() - begun, marked


def idle() -> dict[str, Any]:
    """Look when nothing is due. Returns the seconds of each look, the pages one reads, and by which index."""
    taken = []
    for _ in range(IDLE_ROUNDS):
        begun = time.perf_counter()
        if commands.sweep_due(SWEEPER, now=NOW):
            raise RuntimeError("something was due")
        taken.append(time.perf_counter() - begun)
    with connection.cursor() as cursor:
        statement = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.load(PACKAGE, "lock_due")
        cursor.execute(statement, {"now": NOW, "limit": commands.SWEEP_LIMIT})
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    while "Plans" in plan:
        plan = plan["Plans"][0]
    pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return {"idle_s": taken, "idle_pages": pages, "index": plan.get("Index Name", plan["Node Type"])}


def loop(parts: int) -> tuple[float, int]:
    """Do the same as a loop over open rows does it: read each, ask the same rule, save what changed with its event.

    Runs over the first of so many parts of the rows, with as many of the due ones. Returns seconds and clocks marked.
    """
    run(MAKE_DUE, now=NOW, due=DUE)
    run("VACUUM deadlines_clock")
    run("CHECKPOINT")
    lowest = Clock.objects.order_by("id").values_list("id", flat=True)[0]
    upper = lowest + Clock.objects.count() // parts + 1
    marked, begun = 0, time.perf_counter()
    rows = Clock.objects.filter(stopped_at=None, id__lt=upper).select_related("policy")
    for clock in rows.iterator(chunk_size=2_000):
        if clock.next_step_at is None:
            continue
        line = policies.versions([clock.policy_id])[clock.policy_id]
        terms = policies.terms_of(line, policies.calendar_key(line.calendar, clock.calendar_version), clock.target_s)
        known = rules.Clock(**{name: getattr(clock, name) for name in rules.Clock.__struct_fields__})
        after, done = rules.as_of(known, terms, NOW)
        if not done:
            continue
        marked += 1
        with transaction.atomic():
            for name in ("outcome", "breached_at", "warned", "escalated"):
                setattr(clock, name, getattr(after, name))
            clock.next_step_at = rules.next_step_at(after, terms)
            clock.save()
            for step in done:
                History.objects.create(
                    clock=clock, what=step.kind, at=step.at, due_at=clock.due_at, number=step.number, actor=SWEEPER.id
                )
                events.record(SWEEPER, [event(clock, step)])
    return time.perf_counter() - begun, marked


def event(clock: Clock, step: rules.Done) -> events.Event:
    """Announce one step of one clock."""
    about: dict[str, Any] = {
        "clock_id": clock.id,
        "clock_kind": clock.kind,
        "about_kind": clock.subject_kind,
        "about_id": clock.subject_id,
        "cycle": clock.cycle,
        "owner_id": None,
        "role": "",
    }
    if step.kind == "breached":
        return ClockBreached(**about, breached_at=step.at)
    return ClockEscalated(**about, due_at=step.at, at=step.at, number=step.number, verb="notify", whom="")


def main(sizes: list[int], rounds: int, parts: int) -> None:
    """Measure each size: sweeps in rounds, looks with nothing due, and the loop once, on the largest."""
    id_, have = policy().id, 0
    policies.forget_policies()
    for size in sizes:
        fill(have + 1, size, id_)
        have = size
        sweep()  # the first one plans and fills what a process remembers
        taken = [sweep() for _ in range(rounds)]
        answer = {"size": size, "sweeps_s": [seconds for seconds, _ in taken], "marked": [n for _, n in taken]}
        answer |= idle()
        if size == sizes[-1]:
            looped = loop(parts)
            said = "" if parts == 1 else f" (a part of {parts}, multiplied)"
            answer |= {"loop_s": looped[0] * parts, "loop_marked": looped[1] * parts, "loop_is": said}
        answer["breached"] = Clock.objects.filter(outcome="breached").count()
        print("RESULT " + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1].split(",")], int(sys.argv[2]), int(sys.argv[3]))

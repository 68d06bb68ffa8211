"""Two real help desks' logs replayed through the clocks; they lie in $STEWARD_DATA, and are skipped without it.

Only the developers' part of each is read (see its SOURCE.md); what was held out stays unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from django.conf import settings

from steward.kernel.calendar import ALWAYS, Calendar
from steward.modules.deadlines.rules import Clock, Plan, Terms, clocks

pytestmark = pytest.mark.slow
OFFICE = Calendar(code="office", zone="UTC", week=(((480, 1_080),),) * 5 + ((), ()))
TARGET_S = 24 * 3_600
MICROSECOND = timedelta(microseconds=1)
PARTS = ("2016-03-01", "2016-04-01", "2016-05-01")

INCIDENTS = """
SELECT number, sys_updated_at, incident_state, opened_at, priority, last_value(made_sla) OVER whole = 'true'
FROM read_parquet($path)
WHERE opened_at >= $since::timestamp AND opened_at < $until::timestamp AND incident_state <> '-100'
WINDOW whole AS (PARTITION BY number ORDER BY sys_mod_count::int, sys_updated_at
                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
ORDER BY number, sys_updated_at, sys_mod_count::int
"""
# The same account kept by the database alone: how long each incident was in each kind of state.
INCIDENT_TOTALS = """
WITH told AS (
    SELECT sys_updated_at AS since, incident_state AS state,
           lead(sys_updated_at) OVER (PARTITION BY number ORDER BY sys_updated_at, sys_mod_count::int) AS until
    FROM read_parquet($path)
    WHERE opened_at >= $since::timestamp AND opened_at < $until::timestamp AND incident_state <> '-100'
)
SELECT CASE WHEN state LIKE 'Awaiting%' THEN 'waiting' WHEN state IN ('Resolved', 'Closed') THEN 'ended'
            ELSE 'running' END,
       sum(epoch_us(until) - epoch_us(since))::bigint
FROM told WHERE until IS NOT NULL GROUP BY 1
"""
TICKETS = """
WITH told AS (SELECT case_id, activity, "timestamp" AT TIME ZONE 'UTC' AS noted, row_number() OVER () AS line
              FROM read_csv($path, header = true, types = {'timestamp': 'TIMESTAMPTZ'}) WHERE "timestamp" IS NOT NULL),
     cases AS (SELECT case_id, min(noted) AS begun FROM told GROUP BY 1),
     early AS (SELECT case_id FROM cases WHERE begun <= (SELECT quantile_disc(begun, 0.7) FROM cases))
SELECT case_id, noted, activity FROM told WHERE case_id IN (SELECT case_id FROM early) ORDER BY case_id, noted, line
"""


class Account(NamedTuple):
    """What became of one subject. Units: microseconds."""

    cycles: Sequence[Clock]
    running: int
    waiting: int
    ended: int


def data(folder: str, pattern: str) -> str:
    """Find a file of real data, or skip and say why."""
    base = Path(settings.DATA_FOLDER or settings.ROOT.parent / "shared" / "data") / folder
    found = sorted(base.glob(pattern))
    if not found:
        pytest.skip(f"no {folder} in {base.parent}: set STEWARD_DATA to the folder of real data")
    return str(found[0])


def rows(statement: str, **parameters: str) -> list[tuple[Any, ...]]:
    """Ask the log; its times are UTC."""
    return [tuple(row) for row in duckdb.connect().execute(statement, parameters).fetchall()]


def replay(told: Iterable[tuple[datetime, str]], begun: datetime, terms: Terms, *, pausing: bool = True) -> Account:
    """Tell one subject's story to its clocks: what waits pauses, what is done ends, what wakes again is a new cycle."""
    clock = clocks.started(terms, target_s=TARGET_S, at=begun)
    cycles, spent, state, since = [], {"running": 0, "waiting": 0, "ended": 0}, "running", begun
    for at, becomes in told:
        spent[state] += (at - since) // MICROSECOND
        state, since = becomes, at
        if becomes == "ended":
            clock, _ = clocks.ended(clock, terms, at, "met")
            continue
        if clock.stopped_at is not None:
            cycles.append(clock)
            clock = clocks.started(terms, target_s=TARGET_S, at=at)
        if becomes == "waiting" and pausing:
            clock, _ = clocks.paused(clock, terms, at)
        else:
            clock = clocks.resumed(clock, terms, at)
    if clock.stopped_at is None:
        clock, _ = clocks.ended(clock, terms, since, "cancelled")
    return Account([*cycles, clock], spent["running"], spent["waiting"], spent["ended"])


def kind(state: str) -> str:
    if state.startswith("Awaiting"):
        return "waiting"
    return "ended" if state in ("Resolved", "Closed") else "running"


def incidents(path: str, since: str, until: str) -> list[tuple[str, bool, list[tuple[datetime, str]]]]:
    """List (priority, made_sla, story) of the incidents opened between two days; a story begins with its first line."""
    found = []
    for _number, group in groupby(rows(INCIDENTS, path=path, since=since, until=until), key=itemgetter(0)):
        lines = list(group)
        story = [(line[1].replace(tzinfo=UTC), kind(line[2])) for line in lines]
        found.append((lines[-1][4], bool(lines[-1][5]), story))
    return found


def test_every_interval_of_the_incident_log_is_accounted_for() -> None:
    path = data("incident_sla", "*.parquet")
    terms = Terms(ALWAYS, Plan())
    accounts = [replay(story, story[0][0], terms) for _priority, _made, story in incidents(path, PARTS[0], PARTS[2])]
    totals = dict(rows(INCIDENT_TOTALS, path=path, since=PARTS[0], until=PARTS[2]))
    assert sum(one.running for one in accounts) == totals["running"]
    assert sum(one.waiting for one in accounts) == totals["waiting"]
    assert sum(one.ended for one in accounts) == totals["ended"]
    assert sum(cycle.consumed_us for one in accounts for cycle in one.cycles) == totals["running"]
    late = [cycle for one in accounts for cycle in one.cycles if cycle.outcome == "breached"]
    assert all(cycle.breached_at == cycle.due_at for cycle in late)
    print(f"{len(accounts)} incidents, {sum(len(one.cycles) for one in accounts)} cycles, {len(late)} late")


def test_every_interval_of_the_helpdesk_log_is_accounted_for() -> None:
    path = data("helpdesk_log", "*.csv.gz")
    ending = {"Closed", "Resolve ticket", "Resolve SW anomaly", "RESOLVED"}
    cases = 0
    for _case, group in groupby(rows(TICKETS, path=path), key=itemgetter(0)):
        lines = [(at.replace(tzinfo=UTC), activity) for _id, at, activity in group]
        story = [
            (at, "waiting" if activity == "Wait" else "ended" if activity in ending else "running")
            for at, activity in lines
        ]
        plain = replay(story, story[0][0], Terms(ALWAYS, Plan()))
        assert plain.running + plain.waiting + plain.ended == (lines[-1][0] - lines[0][0]) // MICROSECOND
        assert sum(cycle.consumed_us for cycle in plain.cycles) == plain.running
        by_day = replay(story, story[0][0], Terms(OFFICE, Plan()))
        assert all(
            0 <= day.consumed_us <= whole.consumed_us for day, whole in zip(by_day.cycles, plain.cycles, strict=True)
        )
        cases += 1
    print(f"{cases} tickets of the help desk")
    assert cases > 2_000


def used(stories: Sequence[tuple[str, bool, Any]], calendar: Calendar, *, pausing: bool) -> list[tuple[str, bool, int]]:
    """Tell the working time each incident took, by one way of counting. Units: microseconds."""
    terms = Terms(calendar, Plan())
    return [
        (priority, made, sum(one.consumed_us for one in replay(story, story[0][0], terms, pausing=pausing).cycles))
        for priority, made, story in stories
    ]


def best_limit(seen: Sequence[tuple[int, bool]]) -> tuple[int, int]:
    """Find the limit that tells most of what was in time from what was not. Returns it and how many it gets right."""
    ordered = sorted(seen)
    right = sum(not made for _spent, made in ordered)
    best = (-1, right)
    for spent, made in ordered:
        right += 1 if made else -1
        if right > best[1]:
            best = (spent, right)
    return best


def test_the_best_policy_of_one_month_explains_the_next_better_than_guessing() -> None:
    """Fit calendar, pausing and a limit per priority to March; say how well they explain made_sla in April."""
    path = data("incident_sla", "*.parquet")
    learned, judged = incidents(path, PARTS[0], PARTS[1]), incidents(path, PARTS[1], PARTS[2])
    fits = []
    for calendar in (ALWAYS, OFFICE):
        for pausing in (True, False):
            by_priority: dict[str, list[tuple[int, bool]]] = {}
            for priority, made, spent in used(learned, calendar, pausing=pausing):
                by_priority.setdefault(priority, []).append((spent, made))
            limits = {priority: best_limit(seen) for priority, seen in by_priority.items()}
            fits.append((sum(right for _limit, right in limits.values()), calendar, pausing, limits))
    right, calendar, pausing, limits = max(fits, key=itemgetter(0))
    hits = [
        (spent <= limits.get(priority, (0, 0))[0]) == made
        for priority, made, spent in used(judged, calendar, pausing=pausing)
    ]
    guess = max(sum(made for _priority, made, _story in judged), sum(not made for _priority, made, _story in judged))
    share, guessed = sum(hits) / len(hits), guess / len(judged)
    hours = {priority: round(limit / 3.6e9, 1) for priority, (limit, _right) in sorted(limits.items())}
    print(
        f"made_sla: {calendar.code}, pauses {'count nothing' if pausing else 'count'}, limits in hours {hours}: "
        f"March {right / len(learned):.1%}, April {share:.1%}, guessing {guessed:.1%}"
    )
    assert share > guessed

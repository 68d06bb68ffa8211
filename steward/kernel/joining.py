"""Work through a backlog in larger batches: a job of a handler takes on what waits for the same handler.

One change that tells of one thing makes a small job; when many such wait, what each job costs by itself (to fetch it,
to read and lock what its events are about, to commit) is most of the work. What is taken on is written into the job
that takes it, in the transaction that removes the others: a process that is killed meanwhile leaves one job that knows
all of it. Where the batch fails or its worker died, each part is a job of its own again and stays one, so that a part
that cannot be handled keeps back none of the others. Source: docs/decisions/0004-batch-first-and-group-commit.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction

from steward.kernel import arrays
from steward.kernel.bundle import write
from steward.kernel.events import DEFER

LOOKED_AT = 400
# Only what would be fetched next is looked at: a backlog of hours costs no more than one of seconds.
JOIN = """
WITH own AS (
    SELECT id, task_name FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'doing' FOR UPDATE
), next AS (
    SELECT id, attempts, task_name, args FROM procrastinate_jobs
    WHERE status = 'todo' AND queue_name = 'events' AND scheduled_at IS NULL
    ORDER BY priority DESC, id LIMIT %(looked_at)s
), alike AS (
    SELECT next.id, sum(jsonb_array_length(next.args -> 'event_ids')) OVER (ORDER BY next.id) AS total
    FROM next JOIN own USING (task_name)
    WHERE next.attempts = 0 AND next.args ->> 'handler' = %(handler)s AND NOT next.args ? 'parts'
), held AS (
    SELECT job.id FROM procrastinate_jobs AS job JOIN alike ON alike.id = job.id AND alike.total <= %(room)s
    WHERE job.status = 'todo' ORDER BY job.id FOR UPDATE OF job SKIP LOCKED
), taken AS (
    DELETE FROM procrastinate_jobs AS job USING held WHERE job.id = held.id
    RETURNING job.id, job.args -> 'event_ids' AS part
), parts AS (
    SELECT jsonb_build_array(%(event_ids)s::jsonb) || jsonb_agg(part ORDER BY id) AS parts
    FROM taken HAVING count(*) > 0
)
UPDATE procrastinate_jobs AS job SET args = job.args || jsonb_build_object('parts', parts.parts)
FROM own, parts WHERE job.id = own.id
RETURNING parts.parts
"""
KEEP_FIRST = """
UPDATE procrastinate_jobs
SET args = args || jsonb_build_object('event_ids', %(first)s::jsonb, 'parts', jsonb_build_array(%(first)s::jsonb))
WHERE id = %(job_id)s AND status = 'doing' AND jsonb_array_length(args -> 'parts') > 1
RETURNING priority
"""


def join(job_id: int, handler: str, event_ids: Sequence[int]) -> list[list[int]]:
    """Take on what waits for the same handler; return the parts of the batch, the job's own first.

    Locks: the job and those it takes on, skipping what another takes.
    """
    asked: dict[str, str | int] = {
        "job_id": job_id,
        "handler": handler,
        "event_ids": json.dumps(list(event_ids)),
        "looked_at": LOOKED_AT,
        "room": settings.EVENT_BATCH - len(event_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(JOIN, asked)
        row = cursor.fetchone()
    return (json.loads(row[0]) if isinstance(row[0], str) else row[0]) if row else [list(event_ids)]


def part_again(job_id: int, handler: str, parts: Sequence[Sequence[int]]) -> None:
    """Make each part a job of its own again, the first of them the job that took the others on; once only."""
    # With its parts named a job is taken on by no other: what cannot be handled would spoil the next batch as well.
    rest = [json.dumps({"handler": handler, "event_ids": list(part), "parts": [list(part)]}) for part in parts[1:]]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(KEEP_FIRST, {"job_id": job_id, "first": json.dumps(list(parts[0]))})
        if kept := cursor.fetchone():
            write(DEFER, {"args": arrays.texts(rest), "priorities": arrays.integers(kept * len(rest))})

WITH due AS (
    SELECT id
    FROM deadlines_clock
    WHERE outcome = 'running' AND due_at IS NOT NULL AND due_at < %(now)s::timestamptz
    ORDER BY due_at
    LIMIT %(limit)s::bigint
    FOR UPDATE SKIP LOCKED
)
UPDATE deadlines_clock AS clock
SET outcome = 'breached', breached_at = clock.due_at
FROM due
WHERE clock.id = due.id
RETURNING clock.id, clock.subject_kind, clock.subject_id, clock.kind, clock.cycle, clock.outcome, clock.breached_at, true

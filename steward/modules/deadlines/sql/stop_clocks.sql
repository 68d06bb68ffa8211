WITH due AS (
    SELECT clock.id
    FROM deadlines_clock AS clock
    JOIN unnest(%b::text[], %b::bigint[], %b::text[]) AS stop (subject_kind, subject_id, kind)
      ON clock.subject_id = stop.subject_id AND clock.subject_kind = stop.subject_kind AND clock.kind = stop.kind
    WHERE clock.stopped_at IS NULL
    ORDER BY clock.id
    FOR UPDATE OF clock
)
UPDATE deadlines_clock AS clock
SET stopped_at = %b::timestamptz,
    consumed_s = clock.consumed_s
        + greatest(0, coalesce(extract(epoch FROM %b::timestamptz - clock.running_since), 0))::integer,
    running_since = NULL,
    breached_at = coalesce(clock.breached_at, CASE WHEN clock.due_at < %b::timestamptz THEN clock.due_at END),
    outcome = CASE WHEN clock.outcome = 'breached' OR clock.due_at < %b::timestamptz THEN 'breached' ELSE %b::text END
FROM due, deadlines_clock AS before
WHERE clock.id = due.id AND before.id = due.id
RETURNING clock.id, clock.subject_kind, clock.subject_id, clock.kind, clock.cycle, clock.outcome, clock.breached_at,
          before.outcome = 'running' AND clock.outcome = 'breached'

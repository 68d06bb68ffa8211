WITH due AS (
    SELECT clock.id
    FROM deadlines_clock AS clock
    JOIN unnest(%(subject_kinds)s::text[], %(subject_ids)s::bigint[], %(kinds)s::text[]) AS stop (subject_kind, subject_id, kind)
      ON clock.subject_id = stop.subject_id AND clock.subject_kind = stop.subject_kind AND clock.kind = stop.kind
    WHERE clock.stopped_at IS NULL
    ORDER BY clock.id
    FOR UPDATE OF clock
)
UPDATE deadlines_clock AS clock
SET stopped_at = %(at)s::timestamptz,
    consumed_s = clock.consumed_s
        + greatest(0, coalesce(extract(epoch FROM %(at)s::timestamptz - clock.running_since), 0))::integer,
    running_since = NULL,
    breached_at = coalesce(clock.breached_at, CASE WHEN clock.due_at < %(at)s::timestamptz THEN clock.due_at END),
    outcome = CASE WHEN clock.outcome = 'breached' OR clock.due_at < %(at)s::timestamptz THEN 'breached' ELSE %(outcome)s::text END
FROM due, deadlines_clock AS before
WHERE clock.id = due.id AND before.id = due.id
RETURNING clock.id, clock.subject_kind, clock.subject_id, clock.kind, clock.cycle, clock.outcome, clock.breached_at,
          before.outcome = 'running' AND clock.outcome = 'breached'

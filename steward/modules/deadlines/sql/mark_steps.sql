WITH marked AS (
    UPDATE deadlines_clock AS clock
    SET warned = new.warned, escalated = new.escalated, outcome = new.outcome, next_step_at = new.next_step_at,
        breached_at = CASE WHEN new.outcome = 'breached' THEN clock.due_at END
    FROM unnest(%(ids)s::bigint[], %(warned)s::smallint[], %(escalated)s::smallint[], %(outcomes)s::text[],
                %(steps)s::timestamptz[])
         AS new (id, warned, escalated, outcome, next_step_at)
    WHERE clock.id = new.id
)
INSERT INTO deadlines_history (clock_id, what, at, due_at, number, verb, whom, reason, actor)
SELECT clock_id, what, at, due_at, number, verb, whom, '', %(actor)s::text
FROM unnest(%(clock_ids)s::bigint[], %(whats)s::text[], %(ats)s::timestamptz[], %(dues)s::timestamptz[],
            %(numbers)s::smallint[], %(verbs)s::text[], %(whoms)s::text[])
     AS step (clock_id, what, at, due_at, number, verb, whom)

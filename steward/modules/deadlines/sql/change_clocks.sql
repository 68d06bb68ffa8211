WITH changed AS (
    UPDATE deadlines_clock AS clock
    SET policy_id = new.policy_id, calendar_version = new.calendar_version, calendar = new.calendar,
        target_s = new.target_s, consumed_us = new.consumed_us, running_since = new.running_since, paused_at = new.paused_at, due_at = new.due_at,
        next_step_at = new.next_step_at, stopped_at = new.stopped_at, breached_at = new.breached_at,
        outcome = new.outcome, warned = new.warned, escalated = new.escalated, external = new.external,
        paused_reason = CASE WHEN new.running_since IS NULL AND new.stopped_at IS NULL
                             THEN coalesce(new.reason, clock.paused_reason) END
    FROM unnest(%(ids)s::bigint[], %(policies)s::bigint[], %(calendars)s::integer[], %(hours)s::text[],
                %(targets)s::integer[], %(consumed)s::bigint[], %(running)s::timestamptz[], %(paused)s::timestamptz[],
                %(due)s::timestamptz[], %(steps)s::timestamptz[], %(stopped)s::timestamptz[], %(breached)s::timestamptz[], %(outcomes)s::text[],
                %(warned)s::smallint[], %(escalated)s::smallint[], %(external)s::boolean[], %(reasons)s::text[])
         AS new (id, policy_id, calendar_version, calendar, target_s, consumed_us, running_since, paused_at, due_at,
                 next_step_at, stopped_at, breached_at, outcome, warned, escalated, external, reason)
    WHERE clock.id = new.id
)
INSERT INTO deadlines_history (clock_id, what, at, due_at, number, verb, whom, reason, actor)
SELECT clock_id, what, at, due_at, number, verb, whom, reason, %(actor)s::text
FROM unnest(%(clock_ids)s::bigint[], %(whats)s::text[], %(ats)s::timestamptz[], %(dues)s::timestamptz[],
            %(numbers)s::smallint[], %(verbs)s::text[], %(whoms)s::text[], %(history_reasons)s::text[])
     AS step (clock_id, what, at, due_at, number, verb, whom, reason)

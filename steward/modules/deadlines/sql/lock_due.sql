SELECT id, subject_kind, subject_id, kind, cycle, policy_id, calendar_version, target_s, consumed_us, started_at,
       running_since, paused_at, due_at, breached_at, outcome, warned, escalated, external, simulated, owner_id,
       responsible_role, calendar, 0
FROM deadlines_clock
WHERE next_step_at < %(now)s::timestamptz
ORDER BY next_step_at
LIMIT %(limit)s::bigint
FOR UPDATE SKIP LOCKED

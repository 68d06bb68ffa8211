SELECT id, subject_kind, subject_id, kind, cycle, policy_id, calendar_version, target_s, consumed_us, started_at,
       running_since, paused_at, due_at, breached_at, outcome, warned, escalated, external, simulated, owner_id,
       responsible_role, calendar, 0, facts
FROM deadlines_clock
WHERE owner_id = ANY (%(owners)s::bigint[]) AND id > %(after)s::bigint AND stopped_at IS NULL
  AND (subject_kind, kind) IN (SELECT * FROM unnest(%(subject_kinds)s::text[], %(kinds)s::text[]))
ORDER BY id
LIMIT %(limit)s::bigint
FOR UPDATE

INSERT INTO deadlines_clock (subject_kind, subject_id, kind, cycle, policy_id, calendar_version, calendar, target_s,
                             started_at, running_since, due_at, next_step_at, external, simulated, owner_id,
                             responsible_role, facts)
SELECT start.subject_kind, start.subject_id, start.kind, coalesce(known.cycle, 0) + 1, start.policy_id,
       start.calendar_version, start.calendar, start.target_s, start.started_at, start.started_at, start.due_at,
       start.next_step_at, start.external, start.simulated, start.owner_id, start.responsible_role, start.facts
FROM unnest(%(subject_kinds)s::text[], %(subject_ids)s::bigint[], %(kinds)s::text[], %(policies)s::bigint[],
            %(calendars)s::integer[], %(hours)s::text[], %(targets)s::integer[], %(started)s::timestamptz[],
            %(due)s::timestamptz[], %(steps)s::timestamptz[], %(external)s::boolean[], %(simulated)s::boolean[],
            %(owners)s::bigint[], %(roles)s::text[], %(facts)s::jsonb[])
     AS start (subject_kind, subject_id, kind, policy_id, calendar_version, calendar, target_s, started_at, due_at,
               next_step_at, external, simulated, owner_id, responsible_role, facts)
LEFT JOIN LATERAL (
    SELECT max(clock.cycle) AS cycle,
           bool_or(clock.stopped_at IS NULL OR clock.started_at >= start.started_at) AS holds
    FROM deadlines_clock AS clock
    WHERE clock.subject_id = start.subject_id AND clock.subject_kind = start.subject_kind AND clock.kind = start.kind
) AS known ON true
WHERE known.holds IS NOT TRUE
ON CONFLICT (subject_id, subject_kind, kind, cycle) DO NOTHING

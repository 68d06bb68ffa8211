SELECT clock.id, clock.subject_kind, clock.subject_id, clock.kind, clock.cycle, clock.policy_id, clock.calendar_version,
       clock.target_s, clock.consumed_us, clock.started_at, clock.running_since, clock.paused_at, clock.due_at,
       clock.breached_at, clock.outcome, clock.warned, clock.escalated, clock.external, clock.simulated, clock.owner_id,
       clock.responsible_role, clock.calendar, 0, clock.facts
FROM deadlines_clock AS clock
JOIN deadlines_policy AS policy ON policy.id = clock.policy_id AND policy.team_calendar
WHERE clock.id = ANY (%(ids)s::bigint[]) AND clock.stopped_at IS NULL
ORDER BY clock.id
FOR UPDATE OF clock

SELECT clock.id, clock.subject_kind, clock.subject_id, clock.kind, clock.cycle, clock.policy_id, clock.calendar_version,
       clock.target_s, clock.consumed_us, clock.started_at, clock.running_since, clock.paused_at, clock.due_at,
       clock.breached_at, clock.outcome, clock.warned, clock.escalated, clock.external, clock.simulated, clock.owner_id,
       clock.responsible_role, clock.calendar, wanted.number
FROM deadlines_clock AS clock
JOIN unnest(%(subject_kinds)s::text[], %(subject_ids)s::bigint[], %(kinds)s::text[])
     WITH ORDINALITY AS wanted (subject_kind, subject_id, kind, number)
  ON clock.subject_id = wanted.subject_id AND clock.subject_kind = wanted.subject_kind
     AND (wanted.kind = '' OR clock.kind = wanted.kind)
WHERE clock.stopped_at IS NULL
ORDER BY clock.id
FOR UPDATE OF clock

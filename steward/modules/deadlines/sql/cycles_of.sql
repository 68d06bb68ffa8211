SELECT clock.id, clock.due_at
FROM deadlines_clock AS clock
JOIN (SELECT DISTINCT * FROM unnest(%(subject_kinds)s::text[], %(subject_ids)s::bigint[], %(kinds)s::text[]))
     AS wanted (subject_kind, subject_id, kind)
  ON clock.subject_id = wanted.subject_id AND clock.subject_kind = wanted.subject_kind AND clock.kind = wanted.kind
WHERE clock.started_at = %(at)s::timestamptz AND clock.stopped_at IS NULL AND clock.cycle > 1
  AND NOT EXISTS (SELECT FROM deadlines_history AS past WHERE past.clock_id = clock.id)

UPDATE deadlines_clock AS clock
SET owner_id = new.owner_id
FROM unnest(%(subject_kinds)s::text[], %(subject_ids)s::bigint[], %(kinds)s::text[], %(owners)s::bigint[])
     AS new (subject_kind, subject_id, kind, owner_id)
WHERE clock.subject_id = new.subject_id AND clock.subject_kind = new.subject_kind AND clock.kind = new.kind
  AND clock.stopped_at IS NULL AND clock.owner_id IS DISTINCT FROM new.owner_id
RETURNING clock.id

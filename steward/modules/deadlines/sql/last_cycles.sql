SELECT DISTINCT last.subject_kind, last.subject_id, last.kind, last.facts, last.owner_id, last.responsible_role,
       last.simulated
FROM unnest(%(subject_kinds)s::text[], %(subject_ids)s::bigint[], %(kinds)s::text[])
     AS wanted (subject_kind, subject_id, kind)
CROSS JOIN LATERAL (
    SELECT *
    FROM deadlines_clock AS clock
    WHERE clock.subject_id = wanted.subject_id AND clock.subject_kind = wanted.subject_kind AND clock.kind = wanted.kind
    ORDER BY clock.cycle DESC
    LIMIT 1
) AS last
WHERE last.stopped_at IS NOT NULL

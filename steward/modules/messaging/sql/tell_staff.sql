INSERT INTO messaging_notice
    (staff_id, kind, template, params, subject_kind, subject_id, dedupe_key, urgent, simulated, told_at)
SELECT staff_id, kind, template, params, subject_kind, subject_id, dedupe_key, urgent, simulated, %(now)s
FROM unnest(
    %(staff)s::bigint[], %(kinds)s::text[], %(templates)s::text[], %(params)s::jsonb[], %(subject_kinds)s::text[],
    %(subject_ids)s::bigint[], %(keys)s::text[], %(urgent)s::boolean[], %(simulated)s::boolean[]
) AS wanted (staff_id, kind, template, params, subject_kind, subject_id, dedupe_key, urgent, simulated)
ORDER BY staff_id, dedupe_key
ON CONFLICT (staff_id, dedupe_key) DO NOTHING
RETURNING id, staff_id, dedupe_key

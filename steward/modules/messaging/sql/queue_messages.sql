INSERT INTO messaging_message
    (template, customer_id, staff_id, subject_kind, subject_id, params, dedupe_key, channel, link_purpose,
     link_subject_id, link_expires_at, simulated, state, reason, due_at, expires_at, queued_at, settled_at)
SELECT template, customer_id, staff_id, subject_kind, subject_id, params, dedupe_key, channel, link_purpose,
       link_subject_id, link_expires_at, simulated,
       CASE WHEN simulated THEN 'suppressed' ELSE 'waiting' END,
       CASE WHEN simulated THEN 'simulated' ELSE '' END,
       due_at, expires_at, %(now)s, CASE WHEN simulated THEN %(now)s::timestamptz END
FROM unnest(
    %(templates)s::text[], %(customers)s::bigint[], %(staff)s::bigint[], %(subject_kinds)s::text[],
    %(subject_ids)s::bigint[], %(params)s::jsonb[], %(keys)s::text[], %(channels)s::text[], %(link_purposes)s::text[],
    %(link_subjects)s::bigint[], %(link_ends)s::timestamptz[], %(simulated)s::boolean[], %(due)s::timestamptz[],
    %(ends)s::timestamptz[]
) AS wanted (template, customer_id, staff_id, subject_kind, subject_id, params, dedupe_key, channel, link_purpose,
             link_subject_id, link_expires_at, simulated, due_at, expires_at)
ORDER BY dedupe_key
ON CONFLICT (dedupe_key) DO NOTHING

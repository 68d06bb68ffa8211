WITH asked AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(subject_kinds)s::text[], %(subject_ids)s::bigint[], %(numbers)s::text[],
                         %(policies)s::bigint[], %(roles)s::text[], %(needed)s::smallint[], %(amounts)s::bigint[],
                         %(currencies)s::text[], %(facts)s::jsonb[], %(reasons)s::text[], %(hands)s::text[],
                         %(askers)s::text[], %(due)s::timestamptz[], %(simulated)s::boolean[])
         AS asked (kind, subject_kind, subject_id, number, policy, role, needed, amount, currency, facts, reason,
                   hands, asked_by, due, simulated)
), fresh AS (
    INSERT INTO approvals_request (kind, subject_kind, subject_id, subject_number, policy_id, role, needed,
                                   amount_minor, currency, facts, reason, asked_by, hands, asked_at, due_at,
                                   simulated)
    SELECT kind, subject_kind, subject_id, number, policy, role, needed, amount, currency, facts, reason,
           asked_by, hands, %(now)s, due, simulated
    FROM asked ORDER BY kind, subject_kind, subject_id
    ON CONFLICT (kind, subject_kind, subject_id) WHERE state = 'open' DO NOTHING
    RETURNING id, kind, subject_kind, subject_id
)
SELECT id, kind, subject_kind, subject_id, true FROM fresh
UNION ALL
SELECT open.id, open.kind, open.subject_kind, open.subject_id, false
FROM approvals_request AS open
JOIN asked USING (kind, subject_kind, subject_id)
WHERE open.state = 'open'

WITH due AS (
    SELECT id FROM approvals_request
    WHERE state = 'open' AND due_at <= %(now)s
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE approvals_request AS request SET state = 'expired', settled_at = %(now)s
FROM due WHERE request.id = due.id
RETURNING request.id, request.kind, request.subject_kind, request.subject_id, request.simulated

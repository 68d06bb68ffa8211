WITH mine AS (
    SELECT id FROM approvals_request
    WHERE kind = %(kind)s AND subject_kind = %(subject_kind)s AND subject_id = ANY (%(subject_ids)s::bigint[])
      AND state = 'open'
    ORDER BY id FOR UPDATE
)
UPDATE approvals_request AS request SET state = 'withdrawn', settled_at = %(now)s
FROM mine WHERE request.id = mine.id
RETURNING request.id, request.subject_id, request.simulated

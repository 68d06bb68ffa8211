WITH back AS (
    SELECT e.id
    FROM unnest(%(subjects)s::bigint[], %(keys)s::text[]) AS seen (subject_id, fact)
    JOIN orders_exception AS e ON e.detector_id = %(detector)s AND e.subject_kind = %(subject_kind)s
        AND e.subject_id = seen.subject_id AND e.fact = seen.fact
    WHERE e.state = 'solved' AND e.automatic
    ORDER BY e.id FOR UPDATE OF e
)
UPDATE orders_exception AS e
SET state = 'open', automatic = FALSE, outcome = '', closed_at = NULL, closed_by = '', reopened = e.reopened + 1,
    mute_id = NULL
FROM back WHERE e.id = back.id AND e.state = 'solved' AND e.automatic
RETURNING e.id, e.state, e.order_id, e.simulated

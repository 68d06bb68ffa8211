-- One that closed itself while it was muted (its mute stands in it still) was never told: it opens as of now.
WITH back AS (
    SELECT e.id, e.mute_id AS muted_before, seen.mute_id
    FROM unnest(%(subjects)s::bigint[], %(keys)s::text[], %(mutes)s::bigint[]) AS seen (subject_id, fact, mute_id)
    JOIN orders_exception AS e ON e.detector_id = %(detector)s AND e.subject_kind = %(subject_kind)s
        AND e.subject_id = seen.subject_id AND e.fact = seen.fact
    WHERE e.state = 'solved' AND e.automatic
    ORDER BY e.id FOR UPDATE OF e
)
UPDATE orders_exception AS e
SET state = CASE WHEN back.mute_id IS NULL THEN 'open' ELSE 'muted' END, mute_id = back.mute_id, automatic = FALSE,
    outcome = '', closed_at = NULL, closed_by = '', reopened = e.reopened + 1,
    opened_at = CASE WHEN back.muted_before IS NULL THEN e.opened_at ELSE %(now)s END
FROM back WHERE e.id = back.id AND e.state = 'solved' AND e.automatic
RETURNING e.id, e.state, e.order_id, e.simulated, back.muted_before IS NOT NULL

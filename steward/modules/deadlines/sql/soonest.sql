WITH place AS (
    SELECT wanted.subject_id, coalesce(min(clock.due_at), 'infinity') AS due_at
    FROM unnest(%(ids)s::bigint[]) AS wanted (subject_id)
    LEFT JOIN deadlines_clock AS clock
      ON clock.subject_id = wanted.subject_id AND clock.subject_kind = %(kind)s AND clock.stopped_at IS NULL
    GROUP BY wanted.subject_id
), behind AS (
    -- Also of a subject that has ended since: its last clock says where the page before broke off.
    SELECT coalesce(
        (SELECT clock.due_at FROM deadlines_clock AS clock
         WHERE clock.subject_id = %(after)s::bigint AND clock.subject_kind = %(kind)s
         ORDER BY clock.stopped_at IS NULL DESC, clock.cycle DESC, clock.due_at LIMIT 1),
        'infinity') AS due_at
)
SELECT place.subject_id
FROM place, behind
WHERE %(after)s::bigint IS NULL OR (place.due_at, place.subject_id) > (behind.due_at, %(after)s::bigint)
ORDER BY place.due_at, place.subject_id
LIMIT %(limit)s::bigint

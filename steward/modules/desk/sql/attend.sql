-- Keeps when somebody looked, and answers whether they were there and writing before.
WITH before AS (
    SELECT until > %(now)s AS there, COALESCE(writing_until > %(now)s, FALSE) AS writing
    FROM desk_viewing
    WHERE ticket_id = %(ticket)s AND staff_id = %(staff)s
),
kept AS (
    INSERT INTO desk_viewing (ticket_id, staff_id, seen_at, until, writing_until)
    VALUES (%(ticket)s, %(staff)s, %(now)s, %(until)s, %(writing)s)
    ON CONFLICT (ticket_id, staff_id) DO UPDATE
    SET seen_at = EXCLUDED.seen_at, until = EXCLUDED.until, writing_until = EXCLUDED.writing_until
)
SELECT COALESCE((SELECT there FROM before), FALSE), COALESCE((SELECT writing FROM before), FALSE)

-- Note a heartbeat unless one was noted a moment ago; say whether the person had been gone for five minutes.
WITH before AS (SELECT seen_at FROM people_presence WHERE staff_id = %(staff_id)s)
INSERT INTO people_presence (staff_id, seen_at, said)
VALUES (%(staff_id)s, %(now)s, '')
ON CONFLICT (staff_id) DO UPDATE SET seen_at = excluded.seen_at
WHERE people_presence.seen_at IS NULL
   OR people_presence.seen_at < excluded.seen_at - make_interval(secs => %(quiet_s)s)
RETURNING NOT EXISTS (
    SELECT 1 FROM before WHERE before.seen_at >= %(now)s::timestamptz - interval '5 minutes')

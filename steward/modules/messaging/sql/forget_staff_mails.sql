DELETE FROM messaging_message
WHERE id = ANY (ARRAY(
    SELECT id FROM messaging_message
    WHERE staff_id IS NOT NULL AND queued_at < %(notices_before)s AND state NOT IN ('waiting', 'sending', 'unknown')
    ORDER BY queued_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))

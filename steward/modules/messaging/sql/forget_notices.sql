DELETE FROM messaging_notice
WHERE id = ANY (ARRAY(
    SELECT id FROM messaging_notice
    WHERE told_at < %(notices_before)s
    ORDER BY told_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))

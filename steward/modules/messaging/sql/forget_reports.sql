DELETE FROM messaging_early_report
WHERE id = ANY (ARRAY(
    SELECT id FROM messaging_early_report
    WHERE received_at < %(early_before)s
    ORDER BY received_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))

DELETE FROM messaging_channel_call
WHERE id IN (
    SELECT id FROM messaging_channel_call
    WHERE received_at < %(before)s AND due_at IS NULL
    ORDER BY received_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)

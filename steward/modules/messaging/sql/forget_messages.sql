DELETE FROM messaging_message
WHERE id IN (
    SELECT id FROM messaging_message
    WHERE queued_at < CASE WHEN staff_id IS NULL THEN %(messages_before)s::timestamptz
                           ELSE %(notices_before)s::timestamptz END
      AND queued_at < greatest(%(messages_before)s::timestamptz, %(notices_before)s::timestamptz)
      AND state NOT IN ('waiting', 'sending', 'unknown')
    ORDER BY queued_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)

DELETE FROM messaging_delivery
WHERE id = ANY (ARRAY(
    SELECT id FROM messaging_delivery
    WHERE settled_at < CASE state WHEN 'delivered' THEN %(delivered_before)s::timestamptz
                                  ELSE %(failed_before)s::timestamptz END
      AND settled_at < greatest(%(delivered_before)s::timestamptz, %(failed_before)s::timestamptz)
      AND state IN ('delivered', 'failed')
    ORDER BY settled_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))

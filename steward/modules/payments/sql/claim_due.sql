SELECT id, order_id
FROM payments_refund
WHERE next_try_at <= %(now)s
  AND (%(number)s::text IS NULL OR number = %(number)s)
  AND (simulated OR NOT EXISTS (SELECT FROM payments_provider AS known
                                WHERE known.code = payments_refund.provider AND known.probe_at IS NOT NULL))
ORDER BY id
LIMIT %(limit)s
FOR NO KEY UPDATE SKIP LOCKED

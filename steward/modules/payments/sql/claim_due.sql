SELECT id, order_id
FROM payments_refund
WHERE next_try_at <= %(now)s
ORDER BY next_try_at, id
LIMIT %(limit)s
FOR NO KEY UPDATE SKIP LOCKED

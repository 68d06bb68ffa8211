INSERT INTO payments_order_balance (order_id, currency, paid_minor, outside_minor, claimed_minor, refunded_minor)
SELECT DISTINCT order_id, currency, 0, 0, 0, 0
FROM payments_entry
WHERE order_id = ANY (%(order_ids)s::bigint[])
ORDER BY order_id, currency
ON CONFLICT (order_id, currency) DO NOTHING

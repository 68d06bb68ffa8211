INSERT INTO orders_screening (order_id, rule_set_id, score, reasons, screened_at)
SELECT order_id, %(rule_set_id)s, score, reasons, %(now)s
FROM unnest(%(order_ids)s::bigint[], %(scores)s::smallint[], %(reasons)s::jsonb[]) AS fresh (order_id, score, reasons)
ORDER BY order_id
RETURNING id, order_id

INSERT INTO orders_signal (order_id, customer_id, kind, value, key_version, at)
SELECT order_id, customer_id, kind, value, key_version, at
FROM unnest(%(order_ids)s::bigint[], %(customer_ids)s::bigint[], %(kinds)s::text[], %(values)s::bytea[],
            %(versions)s::smallint[], %(ats)s::timestamptz[]) AS fresh (order_id, customer_id, kind, value, key_version, at)
ORDER BY order_id, value
ON CONFLICT (order_id, value) DO NOTHING

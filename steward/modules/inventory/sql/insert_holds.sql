INSERT INTO inventory_hold (order_id, expires_at, state)
SELECT * FROM unnest(%(order_ids)s::bigint[], %(expires)s::timestamptz[], %(states)s::text[])
ON CONFLICT (order_id) DO UPDATE SET expires_at = excluded.expires_at, state = excluded.state

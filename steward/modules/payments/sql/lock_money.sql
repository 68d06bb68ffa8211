SELECT pg_advisory_xact_lock(%(space)s::bigint + order_id)
FROM (SELECT DISTINCT order_id FROM unnest(%(order_ids)s::bigint[]) AS order_id ORDER BY order_id) AS wanted

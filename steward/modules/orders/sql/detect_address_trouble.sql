SELECT o.id AS subject_id, o.id AS order_id, 'address' AS fact,
       jsonb_build_object('findings', wrong.codes, 'source', o.source, 'shop', s.code) AS facts, o.simulated
FROM orders_order AS o
JOIN catalog_shop AS s ON s.id = o.shop_id
CROSS JOIN LATERAL (
    SELECT jsonb_agg(DISTINCT f.code) AS codes
    FROM orders_finding AS f
    WHERE f.order_id = o.id AND f.resolved_at IS NULL AND f.field LIKE 'recipient.%%' AND f.severity = 'error'
) AS wrong
WHERE o.state IN ('received', 'checked', 'audit') AND o.payment_state IN ('paid', 'overpaid') AND NOT o.historic
  AND wrong.codes IS NOT NULL AND o.received_at < %(before)s::timestamptz

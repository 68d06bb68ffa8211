SELECT o.id AS subject_id, o.id AS order_id, 'paid@' || extract(epoch FROM paid.at)::bigint AS fact,
       jsonb_build_object('paid_at', paid.at, 'state', o.state, 'source', o.source, 'shop', s.code) AS facts, o.simulated
FROM orders_order AS o
JOIN catalog_shop AS s ON s.id = o.shop_id
CROSS JOIN LATERAL (
    SELECT greatest(o.received_at, max(e.happened_at)) AS at
    FROM payments_entry AS e WHERE e.order_id = o.id AND e.direction = 'payment'
) AS paid
WHERE o.state IN ('received', 'checked', 'audit') AND o.payment_state IN ('paid', 'overpaid') AND NOT o.historic
  AND NOT o.awaits_goods
  AND o.received_at < %(before)s::timestamptz AND paid.at < %(before)s::timestamptz

SELECT o.id, o.state, o.payment_state, o.fulfilment_state, o.total_minor, o.paid_minor, o.historic, o.simulated, o.currency,
       shop.pool,
       EXISTS (SELECT FROM orders_finding AS f
               WHERE f.order_id = o.id AND f.resolved_at IS NULL AND f.severity = 'error' AND f.code <> 'short_of_stock'),
       EXISTS (SELECT FROM orders_finding AS f
               WHERE f.order_id = o.id AND f.resolved_at IS NULL AND f.severity = 'warning' AND f.code <> 'not_supplied'),
       EXISTS (SELECT FROM orders_conflict AS c WHERE c.order_id = o.id AND c.resolved_at IS NULL),
       o.entered_by, o.source, o.mended_by, o.amounts_mended,
       EXISTS (SELECT FROM orders_screening AS s WHERE s.order_id = o.id),
       EXISTS (SELECT FROM orders_hold AS h
               WHERE h.order_id = o.id AND NOT EXISTS (SELECT FROM orders_hold_decision AS d WHERE d.hold_id = h.id)),
       o.priority, o.customer_id,
       EXISTS (SELECT FROM customers_kin AS kin JOIN customers_account AS a ON a.customer_id = kin.kin_id
               WHERE kin.customer_id = o.customer_id AND a.currency = o.currency AND a.ended_at IS NULL),
       o.invoice_due_at IS NOT NULL, o.whole_minor, o.credit_minor, o.awaits_goods
FROM orders_order AS o
JOIN catalog_shop AS shop ON shop.id = o.shop_id
WHERE o.id = ANY (%(ids)s::bigint[])
ORDER BY o.id

INSERT INTO orders_cancellation (shop_id, external_number, position, customer_id, item_id, quantity, amount_minor,
                                 cancelled_at, state, reason)
SELECT %(shop_id)s, external, position, customer_id, item_id, quantity, amount, cancelled_at, 'unmatched',
       CASE WHEN customer_id IS NULL THEN 'no_customer' ELSE 'no_earlier_order' END
FROM unnest(%(externals)s::text[], %(positions)s::integer[], %(customer_ids)s::bigint[], %(item_ids)s::bigint[],
            %(quantities)s::integer[], %(amounts)s::bigint[], %(cancelled)s::timestamptz[])
     AS fresh (external, position, customer_id, item_id, quantity, amount, cancelled_at)
ORDER BY external, position
ON CONFLICT (shop_id, external_number, position) DO NOTHING
RETURNING external_number

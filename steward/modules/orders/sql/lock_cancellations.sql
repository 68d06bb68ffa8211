SELECT id, customer_id, item_id, quantity, cancelled_at
FROM orders_cancellation
WHERE shop_id = %(shop_id)s AND state = 'unmatched' AND customer_id = ANY (%(customer_ids)s::bigint[])
ORDER BY id
FOR UPDATE

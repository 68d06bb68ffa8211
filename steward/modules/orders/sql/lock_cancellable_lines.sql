SELECT line.id, ordered.customer_id, line.item_id, line.quantity - line.cancelled_quantity, ordered.placed_at
FROM orders_line AS line
JOIN orders_order AS ordered ON ordered.id = line.order_id
WHERE ordered.shop_id = %(shop_id)s
  AND ordered.customer_id = ANY (%(customer_ids)s::bigint[])
  AND line.item_id = ANY (%(item_ids)s::bigint[])
  AND (ordered.customer_id, line.item_id) IN (SELECT * FROM unnest(%(buyers)s::bigint[], %(goods)s::bigint[]))
  AND ordered.state <> 'cancelled'
ORDER BY line.id
FOR UPDATE OF line

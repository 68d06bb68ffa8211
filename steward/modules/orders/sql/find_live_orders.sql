SELECT DISTINCT line.order_id
FROM orders_order AS ordered
JOIN orders_line AS line ON line.order_id = ordered.id
WHERE ordered.shop_id = %(shop_id)s
  AND ordered.customer_id = ANY (%(customer_ids)s::bigint[])
  AND line.item_id = ANY (%(item_ids)s::bigint[])
  AND NOT ordered.historic
  AND ordered.state IN ('received', 'checked', 'audit', 'approved')

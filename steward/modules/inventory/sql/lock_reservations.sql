SELECT id, order_id, line_id, item_id, stock_id, quantity
FROM inventory_reservation
WHERE id = ANY (%(ids)s::bigint[]) AND state = 'open'
ORDER BY id
FOR UPDATE

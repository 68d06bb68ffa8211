SELECT id
FROM orders_order
WHERE id = ANY (%(ids)s::bigint[])
ORDER BY id
FOR NO KEY UPDATE

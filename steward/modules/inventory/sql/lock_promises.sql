SELECT id, item_id, pool, sellable + backorder_limit - promised
FROM inventory_promise
WHERE id = ANY (%(ids)s::bigint[])
ORDER BY id
FOR NO KEY UPDATE

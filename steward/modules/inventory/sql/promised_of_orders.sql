SELECT entry.order_id, promise.item_id, promise.pool, sum(entry.quantity)::integer
FROM inventory_promise_entry AS entry
JOIN inventory_promise AS promise ON promise.id = entry.promise_id
WHERE entry.order_id = ANY (%(order_ids)s::bigint[])
GROUP BY 1, 2, 3
HAVING sum(entry.quantity) > 0

SELECT entry.promise_id, entry.order_id, sum(entry.quantity)::integer, promise.item_id, promise.pool
FROM inventory_promise_entry AS entry
JOIN inventory_promise AS promise ON promise.id = entry.promise_id
WHERE entry.order_id = ANY (%(order_ids)s::bigint[])
GROUP BY entry.promise_id, entry.order_id, promise.item_id, promise.pool
HAVING sum(entry.quantity) > 0

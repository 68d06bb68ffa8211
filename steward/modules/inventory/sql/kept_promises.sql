SELECT entry.order_id, promise.item_id, -sum(entry.quantity)::integer
FROM inventory_promise_entry AS entry
JOIN inventory_promise AS promise ON promise.id = entry.promise_id
WHERE entry.order_id = ANY (%(order_ids)s::bigint[]) AND entry.kind = 'fulfilled'
GROUP BY entry.order_id, promise.item_id

SELECT entry.promise_id, entry.order_id, sum(entry.quantity)::integer
FROM inventory_promise_entry AS entry
WHERE entry.order_id = ANY (%(order_ids)s::bigint[])
GROUP BY entry.promise_id, entry.order_id
HAVING sum(entry.quantity) > 0

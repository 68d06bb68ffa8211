INSERT INTO inventory_daily_demand (item_id, pool, day, units)
SELECT promise.item_id, promise.pool, %(day)s::date, greatest(sum(entry.quantity), 0)
FROM inventory_promise_entry AS entry
JOIN inventory_promise AS promise ON promise.id = entry.promise_id
JOIN (
    SELECT order_id, promise_id, min(at) AS at FROM inventory_promise_entry
    WHERE order_id IN (SELECT order_id FROM inventory_promise_entry WHERE at >= %(starts)s AND at < %(ends)s)
      AND kind = 'promised'
    GROUP BY order_id, promise_id
) AS first ON first.order_id = entry.order_id AND first.promise_id = entry.promise_id
WHERE first.at >= %(starts)s AND first.at < %(ends)s AND entry.kind <> 'fulfilled'
GROUP BY promise.item_id, promise.pool
HAVING sum(entry.quantity) > 0
    OR EXISTS (
        SELECT 1 FROM inventory_daily_demand AS noted
        WHERE noted.item_id = promise.item_id AND noted.pool = promise.pool AND noted.day = %(day)s::date
    )
ON CONFLICT (item_id, pool, day) DO UPDATE SET units = excluded.units

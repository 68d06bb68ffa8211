SELECT promise.id, promise.item_id, promise.pool
FROM inventory_promise AS promise
JOIN unnest(%(items)s::bigint[], %(pools)s::text[]) AS wanted (item_id, pool)
  ON wanted.item_id = promise.item_id AND wanted.pool = promise.pool

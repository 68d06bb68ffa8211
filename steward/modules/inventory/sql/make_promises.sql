INSERT INTO inventory_promise (item_id, pool)
SELECT item_id, pool FROM unnest(%(items)s::bigint[], %(pools)s::text[]) AS moved (item_id, pool)
ORDER BY item_id, pool
ON CONFLICT (item_id, pool) DO NOTHING

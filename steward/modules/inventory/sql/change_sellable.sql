UPDATE inventory_promise AS promise
SET sellable = promise.sellable + change.sellable, promised = promise.promised - change.fulfilled
FROM unnest(%(ids)s::bigint[], %(sellable)s::integer[], %(fulfilled)s::integer[]) AS change (id, sellable, fulfilled)
WHERE promise.id = change.id

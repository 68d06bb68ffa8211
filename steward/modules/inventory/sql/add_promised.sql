UPDATE inventory_promise AS promise
SET promised = promise.promised + wanted.units
FROM unnest(%(ids)s::bigint[], %(units)s::integer[]) AS wanted (id, units)
WHERE promise.id = wanted.id

UPDATE orders_exception AS known
SET owner_id = new.owner_id
FROM unnest(%(ids)s::bigint[], %(owners)s::bigint[]) AS new (id, owner_id)
WHERE known.id = new.id AND known.owner_id IS DISTINCT FROM new.owner_id

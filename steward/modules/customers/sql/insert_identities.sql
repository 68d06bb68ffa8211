INSERT INTO customers_identity (customer_id, kind, value_index, sealed)
SELECT customer_id, kind, value_index, sealed
FROM unnest(%(customer_ids)s::bigint[], %(kinds)s::text[], %(indexes)s::bytea[], %(sealed)s::bytea[])
     AS fresh (customer_id, kind, value_index, sealed)
ORDER BY value_index

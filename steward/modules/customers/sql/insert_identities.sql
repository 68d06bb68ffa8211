INSERT INTO customers_identity (customer_id, kind, value_index)
SELECT customer_id, kind, value_index
FROM unnest(%(customer_ids)s::bigint[], %(kinds)s::text[], %(indexes)s::bytea[]) AS fresh (customer_id, kind, value_index)
ORDER BY value_index

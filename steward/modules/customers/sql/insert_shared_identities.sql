INSERT INTO customers_identity (customer_id, kind, value_index, sealed, finds)
SELECT customer_id, kind, value_index, sealed, false
FROM unnest(%(customer_ids)s::bigint[], %(kinds)s::text[], %(indexes)s::bytea[], %(sealed)s::bytea[])
     AS fresh (customer_id, kind, value_index, sealed)
ORDER BY value_index, customer_id
ON CONFLICT (value_index, customer_id) WHERE NOT finds DO NOTHING

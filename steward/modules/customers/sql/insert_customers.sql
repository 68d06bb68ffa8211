INSERT INTO customers_customer (id, person_key_id, sealed, name_index, phone_tail_index, simulated)
SELECT id, key_id, sealed, names::bytea[], tail, simulated
FROM unnest(%(ids)s::bigint[], %(key_ids)s::bigint[], %(sealed)s::bytea[], %(names)s::text[], %(tails)s::bytea[],
            %(simulated)s::boolean[]) AS fresh (id, key_id, sealed, names, tail, simulated)

INSERT INTO orders_conflict (order_id, payload_hash, customer_id, draft, differences, source)
SELECT * FROM unnest(%(order_ids)s::bigint[], %(hashes)s::bytea[], %(customer_ids)s::bigint[], %(drafts)s::bytea[],
                     %(differences)s::jsonb[], %(sources)s::text[])
ON CONFLICT (order_id, payload_hash) DO UPDATE SET seen_count = orders_conflict.seen_count + 1
RETURNING order_id, seen_count

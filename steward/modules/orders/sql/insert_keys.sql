INSERT INTO kernel_idempotency_key (owner, key, request_hash, status, reply)
SELECT owner, key, hash, 201, reply
FROM unnest(%(owners)s::text[], %(keys)s::text[], %(hashes)s::bytea[], %(replies)s::text[]) AS fresh (owner, key, hash, reply)
ORDER BY owner, key

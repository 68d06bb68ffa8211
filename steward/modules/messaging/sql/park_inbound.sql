INSERT INTO messaging_parked_inbound (channel, box, external_id, shape, sealed_raw, size_bytes, reason, parked_at)
SELECT channel, box, external_id, shape, sealed_raw, size_bytes, reason, %(now)s
FROM unnest(
    %(channels)s::text[], %(boxes)s::text[], %(external_ids)s::text[], %(shapes)s::text[], %(raw)s::bytea[],
    %(sizes)s::bigint[], %(reasons)s::text[]
) AS fresh (channel, box, external_id, shape, sealed_raw, size_bytes, reason)
ORDER BY channel, box, external_id
ON CONFLICT (channel, box, external_id) DO UPDATE
SET attempts = messaging_parked_inbound.attempts + 1, reason = excluded.reason
RETURNING channel, box, external_id, id, state, reason, attempts

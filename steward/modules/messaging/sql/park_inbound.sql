INSERT INTO messaging_parked_inbound
    (channel, box, external_id, shape, sealed_raw, size_bytes, reason, parked_at, state, settled_at)
SELECT channel, box, external_id, shape, sealed_raw, size_bytes, reason, %(now)s, state,
       CASE state WHEN 'dropped' THEN %(now)s::timestamptz END
FROM unnest(
    %(channels)s::text[], %(boxes)s::text[], %(external_ids)s::text[], %(shapes)s::text[], %(raw)s::bytea[],
    %(sizes)s::bigint[], %(reasons)s::text[], %(states)s::text[]
) AS fresh (channel, box, external_id, shape, sealed_raw, size_bytes, reason, state)
ORDER BY channel, box, external_id
ON CONFLICT (channel, box, external_id) DO UPDATE
SET attempts = least(messaging_parked_inbound.attempts + 1, 30000), reason = excluded.reason
RETURNING channel, box, external_id, id, state, reason, attempts

UPDATE messaging_attachment AS attachment
SET inbound_id = claimed.inbound_id, is_kept = true
FROM unnest(%(ids)s::bigint[], %(inbound)s::bigint[]) AS claimed (id, inbound_id)
WHERE attachment.id = claimed.id AND attachment.inbound_id IS NULL

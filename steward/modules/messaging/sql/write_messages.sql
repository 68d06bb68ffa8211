UPDATE messaging_message AS message
SET state = became.state, reason = became.reason, due_at = became.due_at, settled_at = became.settled_at,
    reference = became.reference, error = became.error, simulated = became.simulated
FROM unnest(
    %(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(due)s::timestamptz[], %(settled)s::timestamptz[],
    %(references)s::text[], %(errors)s::text[], %(simulated)s::boolean[]
) AS became (id, state, reason, due_at, settled_at, reference, error, simulated)
WHERE message.id = became.id

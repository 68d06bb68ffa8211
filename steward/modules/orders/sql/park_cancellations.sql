UPDATE orders_cancellation AS cancellation
SET reason = parked.reason
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS parked (id, reason)
WHERE cancellation.id = parked.id AND cancellation.state = 'unmatched' AND cancellation.reason <> parked.reason

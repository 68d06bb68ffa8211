UPDATE logistics_shipment AS changed
SET state = target.state, state_since = target.since, delivered_at = target.delivered,
    handed_over_at = coalesce(changed.handed_over_at, target.since)
FROM unnest(%(ids)s::bigint[], %(befores)s::text[], %(states)s::text[], %(since)s::timestamptz[],
            %(delivered)s::timestamptz[]) AS target (id, before, state, since, delivered)
WHERE changed.id = target.id AND changed.state = target.before

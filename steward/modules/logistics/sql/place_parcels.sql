UPDATE logistics_parcel AS changed
SET state = target.state, state_since = target.since, last_event_at = target.last_at, going_back = target.going_back
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(since)s::timestamptz[], %(last)s::timestamptz[],
            %(back)s::boolean[]) AS target (id, state, since, last_at, going_back)
WHERE changed.id = target.id

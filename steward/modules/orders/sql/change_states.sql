UPDATE orders_order AS changed
SET state = target.after, state_since = %(now)s, cancel_cause = target.cause
FROM unnest(%(ids)s::bigint[], %(before)s::text[], %(after)s::text[], %(causes)s::text[]) AS target (id, before, after, cause)
WHERE changed.id = target.id AND changed.state = target.before
RETURNING changed.id

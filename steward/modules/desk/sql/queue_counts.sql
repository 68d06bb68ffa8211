-- Walks the active tickets alone; ended ones are never counted here.
SELECT
    count(*) FILTER (WHERE owner_id = %(staff)s AND NOT away),
    count(*) FILTER (WHERE owner_id IS NULL AND NOT away),
    count(*) FILTER (WHERE team = ANY (%(teams)s::text[]) AND NOT away),
    count(*) FILTER (WHERE NOT away),
    count(*) FILTER (WHERE state IN ('waiting_customer', 'waiting_third') AND NOT away),
    count(*) FILTER (WHERE away),
    count(*) FILTER (WHERE owner_id = %(staff)s AND NOT away AND due_at < %(now)s)
FROM (
    SELECT owner_id, team, state, due_at, COALESCE(snoozed_until > %(now)s, FALSE) AS away
    FROM desk_ticket
    WHERE state IN ('new', 'open', 'waiting_customer', 'waiting_third')
) AS active

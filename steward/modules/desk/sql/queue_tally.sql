-- Walks the active tickets once for everybody; ended ones are never counted here.
SELECT
    owner_id,
    team,
    state IN ('waiting_customer', 'waiting_third') AS waiting,
    COALESCE(snoozed_until > %(now)s, FALSE) AS away,
    count(*),
    count(*) FILTER (WHERE due_at < %(now)s)
FROM desk_ticket
WHERE state IN ('new', 'open', 'waiting_customer', 'waiting_third')
GROUP BY 1, 2, 3, 4

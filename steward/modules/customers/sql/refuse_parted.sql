INSERT INTO customers_proposal (low_id, high_id, rule, shared, state, made_at, decided_at, decided_by, reason)
SELECT least(pair.one, pair.other), greatest(pair.one, pair.other), '', '{}', 'refused', %(now)s, %(now)s, %(by)s,
       %(reason)s
FROM (
    SELECT %(merged)s::bigint AS one, %(survivor)s::bigint AS other
    UNION
    SELECT mine.customer_id, theirs.customer_id
    FROM customers_identity AS mine
    JOIN customers_identity AS theirs ON theirs.value_index = mine.value_index
    WHERE mine.customer_id = ANY (%(one)s::bigint[]) AND theirs.customer_id = ANY (%(other)s::bigint[])
) AS pair
ORDER BY 1, 2
ON CONFLICT (low_id, high_id) DO UPDATE
SET state = 'refused', decided_at = excluded.decided_at, decided_by = excluded.decided_by, reason = excluded.reason

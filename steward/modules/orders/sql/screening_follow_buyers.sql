WITH now_under AS (
    SELECT signal.id, wanted.leader, wanted.value, signal.kind
    FROM unnest(%(customer_ids)s::bigint[], %(leaders)s::bigint[], %(versions)s::smallint[], %(values)s::bytea[])
         AS wanted (customer_id, leader, key_version, value)
    JOIN orders_order AS o ON o.customer_id = wanted.customer_id
    JOIN orders_signal AS signal ON signal.order_id = o.id AND signal.key_version = wanted.key_version
    WHERE signal.customer_id <> wanted.leader
    ORDER BY signal.id
    FOR UPDATE OF signal
)
UPDATE orders_signal AS signal
SET customer_id = now_under.leader,
    value = CASE WHEN now_under.kind = 'customer' THEN now_under.value ELSE signal.value END
FROM now_under
WHERE signal.id = now_under.id

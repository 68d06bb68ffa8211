SELECT DISTINCT own.order_id, entry.id, entry.purpose, entry.kind
FROM (
    SELECT signal.order_id, signal.value, signal.at FROM orders_signal AS signal
    WHERE signal.order_id = ANY (%(ids)s::bigint[])
    UNION ALL
    SELECT kin.order_id, kin.value, o.placed_at
    FROM unnest(%(kin_orders)s::bigint[], %(kin_values)s::bytea[]) AS kin (order_id, value)
    JOIN orders_order AS o ON o.id = kin.order_id
) AS own
JOIN orders_screening_entry AS entry ON entry.value = own.value
WHERE (entry.ended_at IS NULL OR entry.ended_at > coalesce(%(as_of)s::timestamptz, own.at))
  AND (entry.until IS NULL OR entry.until > coalesce(%(as_of)s::timestamptz, own.at))
  AND entry.added_at <= coalesce(%(as_of)s::timestamptz, own.at)
ORDER BY own.order_id, entry.id

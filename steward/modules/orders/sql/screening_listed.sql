SELECT DISTINCT own.order_id, entry.id, entry.purpose, entry.kind
FROM orders_signal AS own
JOIN orders_screening_entry AS entry ON entry.value = own.value
WHERE own.order_id = ANY (%(ids)s::bigint[])
  AND (entry.ended_at IS NULL OR entry.ended_at > coalesce(%(as_of)s::timestamptz, own.at))
  AND (entry.until IS NULL OR entry.until > coalesce(%(as_of)s::timestamptz, own.at))
  AND entry.added_at <= coalesce(%(as_of)s::timestamptz, own.at)
ORDER BY own.order_id, entry.id

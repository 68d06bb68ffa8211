-- What the windows of orders are counted over, by what the orders share: they themselves, and the latest before each.
-- Between two that are judged a row is read once, however many of them share it: the work grows with the orders only.
-- The bounds are two comparisons of rows and nothing else, or the index would be read on beyond them.
WITH own AS (
    SELECT signal.value, signal.kind, signal.at, signal.order_id,
           signal.at - reach.longest_s * interval '1 second' AS window_at,
           lag(signal.at, 1, timestamptz '-infinity') OVER earlier AS last_at,
           lag(signal.order_id) OVER earlier AS last_order_id
    FROM orders_signal AS signal
    JOIN unnest(%(signals)s::text[], %(longest)s::bigint[]) AS reach (signal, longest_s) ON reach.signal = signal.kind
    WHERE signal.order_id = ANY (%(ids)s::bigint[]) AND signal.key_version = %(key_version)s
    WINDOW earlier AS (PARTITION BY signal.value ORDER BY signal.at, signal.order_id)
), probe AS MATERIALIZED (
    SELECT value, kind, at, order_id, greatest(last_at, window_at) AS begin_at,
           CASE WHEN last_at >= window_at THEN last_order_id ELSE 9223372036854775807 END AS begin_order_id
    FROM own
)
SELECT probe.value, probe.kind, hit.order_id, hit.customer_id, hit.at
FROM probe
CROSS JOIN LATERAL (
    SELECT past.order_id, past.customer_id, past.at
    FROM orders_signal AS past
    WHERE past.value = probe.value
      AND (past.at, past.order_id) <= (probe.at, probe.order_id)
      AND (past.at, past.order_id) > (probe.begin_at, probe.begin_order_id)
    ORDER BY past.at DESC, past.order_id DESC
    LIMIT %(most)s + 1
) AS hit
ORDER BY probe.value, hit.at, hit.order_id

SELECT customer_id, currency, count(*) FILTER (WHERE state <> 'cancelled')::integer,
       count(*) FILTER (WHERE state = 'cancelled')::integer,
       coalesce(sum(paid_minor) FILTER (WHERE state <> 'cancelled'), 0)::bigint, max(placed_at)
FROM orders_order
WHERE customer_id = ANY (%(ids)s::bigint[]) AND NOT simulated
GROUP BY customer_id, currency
ORDER BY customer_id, currency

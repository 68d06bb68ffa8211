WITH mine AS (
    SELECT DISTINCT asked.id AS customer_id, own.kind, own.value
    FROM unnest(%(ids)s::bigint[]) AS asked (id)
    JOIN customers_kin AS kin ON kin.customer_id = asked.id
    JOIN orders_order AS bought ON bought.customer_id = kin.kin_id
    JOIN orders_signal AS own ON own.order_id = bought.id
    WHERE own.kind IN ('phone', 'address', 'device', 'payment_account')
      AND NOT EXISTS (
          SELECT FROM orders_screening_entry AS known
          WHERE known.value = own.value AND known.purpose IN ('forwarding', 'allow') AND known.ended_at IS NULL
      )
)
SELECT mine.customer_id, mine.kind, count(DISTINCT other.customer_id)::integer
FROM mine
CROSS JOIN LATERAL (
    SELECT past.customer_id FROM orders_signal AS past
    WHERE past.value = mine.value AND past.at > %(since)s
    ORDER BY past.at DESC
    LIMIT %(most)s
) AS other
WHERE other.customer_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM customers_kin AS same WHERE same.customer_id = mine.customer_id AND same.kin_id = other.customer_id
)
GROUP BY mine.customer_id, mine.kind

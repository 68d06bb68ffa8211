WITH returned AS (
    SELECT own.order_id, sum(piece.settled_minor) AS minor
    FROM unnest(%(ids)s::bigint[]) AS asked (id)
    JOIN customers_kin AS kin ON kin.customer_id = asked.id
    JOIN returns_case AS own ON own.customer_id = kin.kin_id
    JOIN returns_piece AS piece ON piece.case_id = own.id
    WHERE own.requested_at > %(since)s AND piece.settled_minor > 0
    GROUP BY own.order_id
)
SELECT asked.id, shop.code, sum(bought.total_minor)::bigint,
       sum(bought.total_minor::float * bought.total_minor), sum(coalesce(returned.minor, 0))::bigint
FROM unnest(%(ids)s::bigint[]) AS asked (id)
JOIN customers_kin AS kin ON kin.customer_id = asked.id
JOIN orders_order AS bought ON bought.customer_id = kin.kin_id
JOIN catalog_shop AS shop ON shop.id = bought.shop_id
LEFT JOIN returned ON returned.order_id = bought.id
WHERE bought.placed_at > %(since)s AND bought.state <> 'cancelled' AND NOT bought.simulated AND bought.total_minor > 0
GROUP BY asked.id, shop.code
ORDER BY asked.id, shop.code

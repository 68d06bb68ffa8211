WITH returned AS (
    SELECT own.order_id, sum(piece.settled_minor) AS minor
    FROM returns_case AS own JOIN returns_piece AS piece ON piece.case_id = own.id
    WHERE own.requested_at > %(since)s AND piece.settled_minor > 0 AND NOT own.simulated
    GROUP BY own.order_id
), rates AS (
    SELECT shop.code AS shop, bought.customer_id, sum(bought.total_minor) AS minor,
           sum(coalesce(returned.minor, 0)) AS returned,
           least(1.0, sum(coalesce(returned.minor, 0))::float / sum(bought.total_minor)) AS rate
    FROM orders_order AS bought
    JOIN catalog_shop AS shop ON shop.id = bought.shop_id
    LEFT JOIN returned ON returned.order_id = bought.id
    WHERE bought.placed_at > %(since)s AND bought.state <> 'cancelled' AND NOT bought.simulated
      AND bought.total_minor > 0 AND bought.customer_id IS NOT NULL
    GROUP BY shop.code, bought.customer_id
)
INSERT INTO returns_shop_profile (shop, customers, mean, variance, p90, at)
SELECT shop, count(*), least(1.0, sum(returned)::float / sum(minor)), coalesce(var_samp(rate), 0),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY rate), %(now)s
FROM rates GROUP BY shop
ON CONFLICT (shop) DO UPDATE SET customers = excluded.customers, mean = excluded.mean, variance = excluded.variance,
    p90 = excluded.p90, at = excluded.at

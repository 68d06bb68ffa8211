SELECT o.id AS subject_id, o.id AS order_id, 'twin:' || twin.id AS fact,
       jsonb_build_object('twin', twin.number, 'source', o.source, 'shop', s.code) AS facts, o.simulated
FROM orders_order AS o
JOIN catalog_shop AS s ON s.id = o.shop_id
CROSS JOIN LATERAL (
    SELECT t.id, t.number
    FROM orders_order AS t
    WHERE t.customer_id IN (SELECT kin_id FROM customers_kin WHERE customer_id = o.customer_id) AND t.id < o.id AND t.state <> 'cancelled' AND NOT t.historic
      AND coalesce(t.split_from_id, t.id) <> coalesce(o.split_from_id, o.id)
      AND t.total_minor = o.total_minor AND t.currency = o.currency
      AND t.placed_at BETWEEN o.placed_at - %(within)s::interval AND o.placed_at + %(within)s::interval
      AND NOT EXISTS (
          SELECT l.item_id, l.quantity FROM orders_line AS l WHERE l.order_id = o.id
          EXCEPT ALL
          SELECT l.item_id, l.quantity FROM orders_line AS l WHERE l.order_id = t.id)
      AND NOT EXISTS (
          SELECT l.item_id, l.quantity FROM orders_line AS l WHERE l.order_id = t.id
          EXCEPT ALL
          SELECT l.item_id, l.quantity FROM orders_line AS l WHERE l.order_id = o.id)
    ORDER BY t.id DESC LIMIT 1
) AS twin
WHERE o.state IN ('received', 'checked', 'audit') AND NOT o.historic AND o.replaces_id IS NULL

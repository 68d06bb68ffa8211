SELECT o.id, kin.kin_id
FROM orders_order AS o
JOIN customers_customer AS buyer ON buyer.id = o.customer_id
JOIN customers_kin AS kin ON kin.customer_id = buyer.id
WHERE o.id = ANY (%(ids)s::bigint[]) AND kin.kin_id <> coalesce(buyer.survivor_id, buyer.id)
ORDER BY o.id, kin.kin_id

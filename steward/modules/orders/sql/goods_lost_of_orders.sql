SELECT o.id, lost.item_id, lost.units
FROM orders_order AS o
CROSS JOIN LATERAL ({goods_lost}) AS lost
WHERE o.id = ANY (%(order_ids)s::bigint[])

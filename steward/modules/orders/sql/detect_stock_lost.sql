SELECT o.id AS subject_id, o.id AS order_id, o.fulfilment_state || '@' || o.state AS fact,
       jsonb_build_object('stock', o.fulfilment_state, 'state', o.state, 'source', o.source, 'shop', s.code) AS facts,
       o.simulated
FROM orders_order AS o
JOIN catalog_shop AS s ON s.id = o.shop_id
WHERE o.fulfilment_state IN ('short', 'released') AND NOT o.historic
  AND (o.state = 'approved'
       OR (o.fulfilment_state = 'released' AND o.state IN ('received', 'checked', 'audit')
           AND o.payment_state IN ('paid', 'overpaid')))
UNION ALL
SELECT o.id, o.id, o.fulfilment_state || '@' || o.state,
       jsonb_build_object('stock', o.fulfilment_state, 'state', o.state, 'source', o.source, 'shop', s.code),
       o.simulated
FROM orders_order AS o
JOIN catalog_shop AS s ON s.id = o.shop_id
WHERE o.fulfilment_state = 'partly_shipped' AND o.state = 'approved' AND NOT o.historic AND EXISTS ({goods_lost})

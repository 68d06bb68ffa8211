SELECT reservation.order_id, reservation.item_id, warehouse.pool, sum(reservation.quantity)::integer
FROM inventory_reservation AS reservation
JOIN inventory_stock AS stock ON stock.id = reservation.stock_id
JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id
WHERE reservation.order_id = ANY (%(order_ids)s::bigint[]) AND reservation.state = 'open'
GROUP BY 1, 2, 3

SELECT warehouse.id, warehouse.code, warehouse.name, warehouse.district_code, warehouse.latitude, warehouse.longitude,
       coalesce((SELECT array_agg(DISTINCT zone.storage_class ORDER BY zone.storage_class) FROM inventory_zone AS zone
                 WHERE zone.warehouse_id = warehouse.id AND zone.purpose = 'storage'), '{}'),
       warehouse.daily_capacity, coalesce(today.orders, 0)
FROM inventory_warehouse AS warehouse
LEFT JOIN (
    SELECT stock.warehouse_id, count(DISTINCT reservation.order_id)::integer AS orders
    FROM inventory_reservation AS reservation
    JOIN inventory_stock AS stock ON stock.id = reservation.stock_id
    WHERE reservation.at >= %(since)s AND reservation.state <> 'released'
    GROUP BY stock.warehouse_id
) AS today ON today.warehouse_id = warehouse.id
WHERE warehouse.pool = %(pool)s
ORDER BY warehouse.id

SELECT reservation.id, reservation.order_id, reservation.line_id, reservation.item_id, item.sku, warehouse.id,
       warehouse.code, warehouse.name, lot.code, lot.expires_date, reservation.quantity, reservation.state
FROM inventory_reservation AS reservation
JOIN inventory_stock AS stock ON stock.id = reservation.stock_id
JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id
JOIN inventory_lot AS lot ON lot.id = stock.lot_id
JOIN catalog_item AS item ON item.id = reservation.item_id
WHERE reservation.order_id = ANY (%(order_ids)s::bigint[])
ORDER BY reservation.order_id, reservation.id

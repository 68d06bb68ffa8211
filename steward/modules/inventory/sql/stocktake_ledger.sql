SELECT line.id, coalesce(stock.on_hand, 0)
FROM inventory_stocktake_line AS line
LEFT JOIN inventory_lot AS lot ON lot.item_id = line.item_id AND lot.code = line.lot
LEFT JOIN inventory_stock AS stock ON stock.item_id = line.item_id AND stock.warehouse_id = line.warehouse_id
                                  AND stock.lot_id = lot.id AND stock.condition = line.condition
WHERE line.id = ANY (%(ids)s::bigint[])

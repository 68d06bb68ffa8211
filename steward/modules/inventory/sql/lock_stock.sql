SELECT stock.id, stock.item_id, stock.warehouse_id, stock.lot_id, stock.condition, stock.on_hand, stock.reserved,
       stock.held, stock.allow_backorder
FROM inventory_stock AS stock
WHERE stock.id = ANY (%(ids)s::bigint[])
ORDER BY stock.id
FOR NO KEY UPDATE

SELECT stock.id, stock.item_id, stock.warehouse_id, stock.lot_id, lot.code, lot.expires_date,
       stock.on_hand - stock.reserved - stock.held
FROM inventory_stock AS stock
JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id
JOIN inventory_lot AS lot ON lot.id = stock.lot_id
WHERE stock.item_id = ANY (%(items)s::bigint[]) AND warehouse.pool = %(pool)s AND stock.condition = 'sellable'
  AND stock.on_hand - stock.reserved - stock.held > 0
  AND (lot.expires_date IS NULL OR lot.expires_date >= %(today)s::date)
ORDER BY stock.item_id, stock.warehouse_id, lot.expires_date NULLS LAST, stock.id

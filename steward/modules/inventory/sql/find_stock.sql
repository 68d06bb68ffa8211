SELECT stock.id, stock.item_id, stock.warehouse_id, stock.lot_id, stock.condition
FROM inventory_stock AS stock
JOIN unnest(%(items)s::bigint[], %(warehouses)s::bigint[], %(lots)s::bigint[], %(conditions)s::text[])
     AS wanted (item_id, warehouse_id, lot_id, condition)
  ON wanted.item_id = stock.item_id AND wanted.warehouse_id = stock.warehouse_id AND wanted.lot_id = stock.lot_id
 AND wanted.condition = stock.condition

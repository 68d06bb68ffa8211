INSERT INTO inventory_stock (item_id, warehouse_id, lot_id, condition)
SELECT * FROM unnest(%(items)s::bigint[], %(warehouses)s::bigint[], %(lots)s::bigint[], %(conditions)s::text[])
         AS wanted (item_id, warehouse_id, lot_id, condition)
ORDER BY item_id, warehouse_id, lot_id, condition
ON CONFLICT (item_id, warehouse_id, lot_id, condition) DO NOTHING

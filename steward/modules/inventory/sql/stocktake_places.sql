SELECT stock.item_id, item.sku, lot.code, stock.condition, item.storage_class, item.price_minor, item.currency
FROM inventory_stock AS stock
JOIN catalog_item AS item ON item.id = stock.item_id
JOIN inventory_lot AS lot ON lot.id = stock.lot_id
WHERE stock.warehouse_id = %(warehouse)s AND (stock.on_hand <> 0 OR stock.reserved <> 0 OR stock.held <> 0)
ORDER BY item.sku, lot.code, stock.condition DESC

SELECT stock_id, min(id) FILTER (WHERE runs <> on_hand_after), max(id)
FROM (
    SELECT stock.id AS stock_id, movement.id, movement.on_hand_after,
           sum(movement.quantity) OVER (PARTITION BY stock.id ORDER BY movement.id) AS runs
    FROM inventory_stock AS stock
    JOIN inventory_movement AS movement
      ON movement.item_id = stock.item_id AND movement.warehouse_id = stock.warehouse_id
     AND movement.lot_id = stock.lot_id AND movement.condition = stock.condition
    WHERE stock.id = ANY (%(ids)s::bigint[])
) AS ledger
GROUP BY stock_id

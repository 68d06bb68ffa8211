WITH places AS (
    SELECT item_id, warehouse_id, sum(on_hand - reserved - held) AS free
    FROM inventory_stock WHERE condition = 'sellable' GROUP BY item_id, warehouse_id
), coming AS (
    SELECT line.item_id, supply.warehouse_id, sum(greatest(line.quantity - line.received - line.damaged, 0)) AS units
    FROM inventory_supply AS supply JOIN inventory_supply_line AS line ON line.supply_id = supply.id
    WHERE supply.state IN ('on_the_way', 'partly_received') OR (supply.state = 'planned' AND supply.kind = 'transfer')
    GROUP BY line.item_id, supply.warehouse_id
), going AS (
    SELECT line.item_id, supply.origin_id AS warehouse_id, sum(line.quantity) AS units
    FROM inventory_supply AS supply JOIN inventory_supply_line AS line ON line.supply_id = supply.id
    WHERE supply.state = 'planned' AND supply.kind = 'transfer'
    GROUP BY line.item_id, supply.origin_id
), reserved AS (
    SELECT stock.item_id, warehouse.pool, sum(stock.reserved) AS units
    FROM inventory_stock AS stock JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id
    GROUP BY stock.item_id, warehouse.pool
)
SELECT places.item_id, warehouse.pool, places.warehouse_id, places.free::integer,
       coalesce(coming.units, 0)::integer, coalesce(going.units, 0)::integer,
       greatest(coalesce(promise.promised, 0) - coalesce(reserved.units, 0), 0)::integer
FROM (
    SELECT item_id, warehouse_id, free FROM places
    UNION ALL
    SELECT item_id, warehouse_id, 0 FROM inventory_reorder_point AS point
    WHERE NOT EXISTS (SELECT FROM places WHERE places.item_id = point.item_id
                      AND places.warehouse_id = point.warehouse_id)
) AS places
JOIN inventory_warehouse AS warehouse ON warehouse.id = places.warehouse_id
LEFT JOIN coming USING (item_id, warehouse_id)
LEFT JOIN going USING (item_id, warehouse_id)
LEFT JOIN inventory_promise AS promise ON promise.item_id = places.item_id AND promise.pool = warehouse.pool
LEFT JOIN reserved ON reserved.item_id = places.item_id AND reserved.pool = warehouse.pool
WHERE places.item_id IN (SELECT item_id FROM inventory_reorder_point)
ORDER BY places.item_id, places.warehouse_id

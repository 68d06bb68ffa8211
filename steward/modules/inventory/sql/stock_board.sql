WITH places AS (
    SELECT stock.item_id, stock.warehouse_id,
           sum(stock.on_hand) FILTER (WHERE stock.condition = 'sellable') AS on_hand,
           sum(stock.reserved) AS reserved, sum(stock.held) FILTER (WHERE stock.condition = 'sellable') AS held,
           sum(stock.on_hand) FILTER (WHERE stock.condition = 'quarantine') AS quarantine,
           sum(stock.on_hand) FILTER (WHERE stock.condition = 'damaged') AS damaged
    FROM inventory_stock AS stock
    WHERE stock.item_id = ANY (%(items)s::bigint[])
    GROUP BY stock.item_id, stock.warehouse_id
), coming AS (
    SELECT line.item_id, supply.warehouse_id,
           sum(greatest(line.quantity - line.received - line.damaged, 0)) AS units, min(supply.expected_date) AS expected
    FROM inventory_supply AS supply
    JOIN inventory_supply_line AS line ON line.supply_id = supply.id
    WHERE supply.state IN ('on_the_way', 'partly_received') AND line.item_id = ANY (%(items)s::bigint[])
      AND line.quantity > line.received + line.damaged
    GROUP BY line.item_id, supply.warehouse_id
)
SELECT item_id, warehouse.id, warehouse.code, warehouse.name, warehouse.pool, coalesce(places.on_hand, 0)::integer,
       coalesce(places.reserved, 0)::integer, coalesce(places.held, 0)::integer,
       coalesce(places.quarantine, 0)::integer, coalesce(places.damaged, 0)::integer,
       coalesce(coming.units, 0)::integer, coming.expected
FROM places FULL JOIN coming USING (item_id, warehouse_id)
JOIN inventory_warehouse AS warehouse ON warehouse.id = warehouse_id
ORDER BY item_id, warehouse.code

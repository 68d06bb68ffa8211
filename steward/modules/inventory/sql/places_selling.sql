SELECT rates.item_id, rates.warehouse_id, rates.pool, rates.per_day, coalesce(coming.units, 0)::integer
FROM rates
LEFT JOIN (
    SELECT line.item_id, supply.warehouse_id,
           sum(greatest(line.quantity - line.received - line.damaged, 0)) AS units
    FROM inventory_supply AS supply JOIN inventory_supply_line AS line ON line.supply_id = supply.id
    WHERE (supply.state IN ('on_the_way', 'partly_received') OR (supply.state = 'planned' AND supply.kind = 'transfer'))
      AND line.item_id = ANY (%(items)s::bigint[])
    GROUP BY line.item_id, supply.warehouse_id
) AS coming ON coming.item_id = rates.item_id AND coming.warehouse_id = rates.warehouse_id
ORDER BY rates.item_id, rates.warehouse_id

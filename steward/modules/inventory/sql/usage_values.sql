SELECT lying.item_id, item.price_minor * coalesce(nullif(asked.units, 0), gone.units, 0)
FROM (
    SELECT DISTINCT item_id FROM inventory_stock WHERE warehouse_id = %(warehouse)s
) AS lying
JOIN catalog_item AS item ON item.id = lying.item_id
LEFT JOIN (
    SELECT item_id, sum(units)::bigint AS units
    FROM inventory_daily_demand
    WHERE pool = %(pool)s AND day >= %(since)s::date
    GROUP BY item_id
) AS asked ON asked.item_id = lying.item_id
LEFT JOIN (
    SELECT item_id, -sum(quantity)::bigint AS units
    FROM inventory_movement
    WHERE warehouse_id = %(warehouse)s AND kind = 'shipped' AND at >= %(since)s::date
    GROUP BY item_id
) AS gone ON gone.item_id = lying.item_id

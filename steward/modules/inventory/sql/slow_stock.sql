, looked AS (
    SELECT rates.*, item.sku, item.name_zh, item.abc_class, coalesce(cost.cost_minor, item.price_minor) AS unit_minor,
           coalesce(cost.currency, item.currency) AS currency,
           CASE WHEN cost.item_id IS NULL THEN 'price' ELSE 'cost' END AS basis,
           coalesce(cost.cost_minor, item.price_minor) * rates.on_hand AS value_minor, last_out.at AS last_out_at,
           %(today)s::date - timezone(%(zone)s, coalesce(greatest(last_out.at, last_in.at), first_in.at, %(now)s))::date
               AS idle_days,
           CASE WHEN rates.per_day > 0 THEN greatest(rates.free, 0) / rates.per_day END AS cover_days
    FROM rates
    JOIN catalog_item AS item ON item.id = rates.item_id
    LEFT JOIN inventory_item_cost AS cost ON cost.item_id = rates.item_id
    LEFT JOIN LATERAL (
        SELECT max(movement.at) AS at FROM inventory_movement AS movement
        WHERE movement.kind = 'shipped' AND movement.item_id = rates.item_id
          AND movement.warehouse_id = rates.warehouse_id
    ) AS last_out ON true
    LEFT JOIN LATERAL (
        SELECT max(movement.at) AS at FROM inventory_movement AS movement
        WHERE movement.kind IN ('received', 'transferred_in') AND movement.item_id = rates.item_id
          AND movement.warehouse_id = rates.warehouse_id
    ) AS last_in ON true
    LEFT JOIN LATERAL (
        SELECT min(movement.at) AS at FROM inventory_movement AS movement
        WHERE movement.quantity > 0 AND movement.item_id = rates.item_id
          AND movement.warehouse_id = rates.warehouse_id AND last_out.at IS NULL AND last_in.at IS NULL
    ) AS first_in ON true
    WHERE rates.on_hand > 0
), classed AS (
    SELECT looked.*,
           coalesce(value_minor::float8 / nullif(sum(value_minor) OVER (PARTITION BY currency), 0)::float8, 0) AS share,
           CASE WHEN idle_days >= %(dead_idle_days)s THEN 'non_moving'
                WHEN cover_days >= %(slow_cover_days)s THEN 'slow' ELSE '' END AS speed
    FROM looked
)
SELECT classed.item_id, classed.sku, classed.name_zh, classed.abc_class, classed.warehouse_id, warehouse.code,
       warehouse.name, classed.on_hand::integer, classed.free::integer, classed.per_day, classed.cover_days,
       classed.idle_days, classed.last_out_at, classed.unit_minor, classed.value_minor::bigint, classed.currency,
       classed.basis, classed.share, classed.speed
FROM classed
JOIN inventory_warehouse AS warehouse ON warehouse.id = classed.warehouse_id
WHERE classed.speed <> '' AND (%(speed)s = '' OR classed.speed = %(speed)s)
  AND (%(warehouse)s = '' OR warehouse.code = %(warehouse)s)
  AND (%(text)s = '' OR classed.sku ILIKE %(prefix)s OR classed.name_zh ILIKE %(inside)s)
  AND (%(after_value)s::bigint IS NULL
       OR (-classed.value_minor, classed.item_id, classed.warehouse_id)
          > (-%(after_value)s::bigint, %(after_item)s::bigint, %(after_warehouse)s::bigint))
ORDER BY -classed.value_minor, classed.item_id, classed.warehouse_id
LIMIT %(limit)s

WITH places AS (
    SELECT stock.item_id, stock.warehouse_id, warehouse.pool, sum(stock.on_hand) AS on_hand,
           sum(stock.on_hand - stock.reserved - stock.held) AS free
    FROM inventory_stock AS stock JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id
    WHERE stock.condition = 'sellable' AND stock.on_hand > 0
      AND (%(items)s::bigint[] IS NULL OR stock.item_id = ANY (%(items)s::bigint[]))
    GROUP BY stock.item_id, stock.warehouse_id, warehouse.pool
), shipped AS (
    SELECT movement.item_id, movement.warehouse_id, warehouse.pool, -sum(movement.quantity) AS units
    FROM inventory_movement AS movement JOIN inventory_warehouse AS warehouse ON warehouse.id = movement.warehouse_id
    WHERE movement.kind = 'shipped' AND movement.at >= %(since)s::timestamptz
      AND (%(items)s::bigint[] IS NULL OR movement.item_id = ANY (%(items)s::bigint[]))
    GROUP BY movement.item_id, movement.warehouse_id, warehouse.pool
), known AS (
    SELECT item_id, warehouse_id, pool, coalesce(places.on_hand, 0) AS on_hand, coalesce(places.free, 0) AS free,
           coalesce(shipped.units, 0) AS units,
           sum(coalesce(shipped.units, 0)) OVER (PARTITION BY item_id, pool) AS units_of_pool,
           count(*) OVER (PARTITION BY item_id, pool) AS places_of_pool
    FROM places FULL JOIN shipped USING (item_id, warehouse_id, pool)
), asked AS (
    SELECT pair.item_id, pair.pool,
           coalesce(demand.units, 0)::float8
           / greatest(least(%(days)s::integer, %(today)s::date - demand.first_day), 1) AS per_day
    FROM (SELECT DISTINCT item_id, pool FROM known) AS pair
    CROSS JOIN LATERAL (
        SELECT sum(daily.units) AS units,
               (SELECT min(day) FROM inventory_daily_demand AS first
                WHERE first.item_id = pair.item_id AND first.pool = pair.pool) AS first_day
        FROM inventory_daily_demand AS daily
        WHERE daily.item_id = pair.item_id AND daily.pool = pair.pool AND daily.day < %(today)s::date
          AND daily.day >= %(today)s::date - %(days)s::integer
    ) AS demand
), rates AS (
    SELECT known.item_id, known.warehouse_id, known.pool, known.on_hand, known.free,
           asked.per_day * CASE WHEN known.units_of_pool > 0 THEN known.units::float8 / known.units_of_pool::float8
                                ELSE 1.0 / known.places_of_pool END AS per_day
    FROM known JOIN asked USING (item_id, pool)
)

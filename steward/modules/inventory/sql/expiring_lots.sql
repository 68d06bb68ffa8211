, lots AS (
    SELECT stock.id AS stock_id, stock.item_id, stock.warehouse_id, stock.lot_id, lot.code AS lot, lot.expires_date,
           stock.condition, stock.on_hand, stock.reserved, stock.held,
           stock.on_hand - stock.reserved - stock.held AS free, item.sku, item.name_zh,
           lot.expires_date - %(today)s::date AS days_left,
           greatest(lot.expires_date - %(today)s::date - item.minimum_remaining_days, 0) AS sell_days,
           stock.condition = 'sellable' AND lot.expires_date >= %(today)s::date AS is_for_sale,
           coalesce(cost.cost_minor, item.price_minor) AS unit_minor,
           coalesce(cost.currency, item.currency) AS currency,
           CASE WHEN cost.item_id IS NULL THEN 'price' ELSE 'cost' END AS basis,
           coalesce(rates.per_day, 0) AS per_day
    FROM inventory_lot AS lot
    JOIN inventory_stock AS stock ON stock.lot_id = lot.id
    JOIN catalog_item AS item ON item.id = stock.item_id
    LEFT JOIN inventory_item_cost AS cost ON cost.item_id = stock.item_id
    LEFT JOIN rates ON rates.item_id = stock.item_id AND rates.warehouse_id = stock.warehouse_id
    WHERE lot.expires_date <= %(today)s::date + %(within_days)s::integer AND stock.on_hand > 0
      AND (%(items)s::bigint[] IS NULL OR stock.item_id = ANY (%(items)s::bigint[]))
), lying AS (
    SELECT lots.*, greatest(sum(CASE WHEN is_for_sale THEN greatest(free, 0) ELSE 0 END) OVER in_order
                            - per_day * sell_days, 0) AS excess
    FROM lots
    WINDOW in_order AS (PARTITION BY item_id, warehouse_id ORDER BY expires_date, stock_id)
), peaks AS (
    SELECT lying.*, ceil(max(excess) OVER in_order - 1e-9) AS peak
    FROM lying
    WINDOW in_order AS (PARTITION BY item_id, warehouse_id ORDER BY expires_date, stock_id)
), parts AS (
    SELECT peaks.*, CASE WHEN is_for_sale THEN peak - coalesce(lag(peak) OVER in_order, 0)
                         ELSE greatest(free, 0) END AS unsold
    FROM peaks
    WINDOW in_order AS (PARTITION BY item_id, warehouse_id ORDER BY expires_date, stock_id)
)
SELECT parts.stock_id, parts.item_id, parts.sku, parts.name_zh, parts.warehouse_id, warehouse.code, warehouse.name,
       parts.lot_id, parts.lot, parts.expires_date, parts.condition, parts.on_hand, parts.reserved, parts.held,
       parts.free, parts.days_left, parts.sell_days, parts.per_day, parts.unsold::integer, parts.unit_minor,
       (parts.unsold * parts.unit_minor)::bigint, parts.currency, parts.basis
FROM parts
JOIN inventory_warehouse AS warehouse ON warehouse.id = parts.warehouse_id
WHERE (NOT %(only_at_risk)s OR parts.unsold > 0)
  AND (%(warehouse)s = '' OR warehouse.code = %(warehouse)s)
  AND (%(text)s = '' OR parts.sku ILIKE %(prefix)s OR parts.name_zh ILIKE %(inside)s)
  AND (%(after_day)s::date IS NULL
       OR (parts.expires_date, parts.stock_id) > (%(after_day)s::date, %(after_stock)s::bigint))
ORDER BY parts.expires_date, parts.stock_id
LIMIT %(limit)s

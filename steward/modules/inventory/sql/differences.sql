WITH entries AS (
    SELECT promise_id, sum(quantity)::bigint AS units FROM inventory_promise_entry GROUP BY promise_id
), rows AS (
    SELECT stock.item_id, warehouse.pool, sum(stock.on_hand - stock.held)::bigint AS units
    FROM inventory_stock AS stock
    JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id
    WHERE stock.condition = 'sellable'
    GROUP BY stock.item_id, warehouse.pool
), moves AS (
    SELECT item_id, warehouse_id, lot_id, condition, sum(quantity)::bigint AS units
    FROM inventory_movement GROUP BY item_id, warehouse_id, lot_id, condition
), reservations AS (
    SELECT stock_id, sum(quantity)::bigint AS units FROM inventory_reservation WHERE state = 'open' GROUP BY stock_id
), write_offs AS (
    SELECT stock_id, sum(quantity)::bigint AS units FROM inventory_write_off WHERE state = 'waiting' GROUP BY stock_id
), set_asides AS (
    SELECT stock_id, sum(quantity)::bigint AS units FROM inventory_set_aside WHERE state = 'open' GROUP BY stock_id
), of_pools AS (
    SELECT balance.name, promise.id, item.sku, promise.pool AS place, balance.stands::bigint, balance.ledger
    FROM inventory_promise AS promise
    JOIN catalog_item AS item ON item.id = promise.item_id
    LEFT JOIN entries ON entries.promise_id = promise.id
    LEFT JOIN rows ON rows.item_id = promise.item_id AND rows.pool = promise.pool
    CROSS JOIN LATERAL (VALUES ('promised', promise.promised, coalesce(entries.units, 0)),
                               ('sellable', promise.sellable, coalesce(rows.units, 0))) AS balance (name, stands, ledger)
), of_stock AS (
    SELECT balance.name, stock.id, item.sku, concat_ws(' · ', warehouse.code, nullif(lot.code, ''), stock.condition),
           balance.stands::bigint, balance.ledger
    FROM inventory_stock AS stock
    JOIN catalog_item AS item ON item.id = stock.item_id
    JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id
    JOIN inventory_lot AS lot ON lot.id = stock.lot_id
    LEFT JOIN moves ON moves.item_id = stock.item_id AND moves.warehouse_id = stock.warehouse_id
                   AND moves.lot_id = stock.lot_id AND moves.condition = stock.condition
    LEFT JOIN reservations ON reservations.stock_id = stock.id
    LEFT JOIN write_offs ON write_offs.stock_id = stock.id
    LEFT JOIN set_asides ON set_asides.stock_id = stock.id
    CROSS JOIN LATERAL (VALUES ('on_hand', stock.on_hand, coalesce(moves.units, 0)),
                               ('reserved', stock.reserved, coalesce(reservations.units, 0)),
                               ('held', stock.held, coalesce(write_offs.units, 0) + coalesce(set_asides.units, 0)))
               AS balance (name, stands, ledger)
), beyond AS (
    SELECT 'beyond_promise', reservation.order_id, item.sku, warehouse.pool,
           sum(reservation.quantity)::bigint AS stands, coalesce(max(promise.units), 0)::bigint AS ledger
    FROM inventory_reservation AS reservation
    JOIN inventory_stock AS stock ON stock.id = reservation.stock_id
    JOIN inventory_warehouse AS warehouse ON warehouse.id = stock.warehouse_id
    JOIN catalog_item AS item ON item.id = reservation.item_id
    LEFT JOIN LATERAL (
        SELECT sum(entry.quantity) AS units
        FROM inventory_promise_entry AS entry
        JOIN inventory_promise AS promise ON promise.id = entry.promise_id
        WHERE entry.order_id = reservation.order_id AND promise.item_id = reservation.item_id
          AND promise.pool = warehouse.pool
    ) AS promise ON true
    WHERE reservation.state = 'open'
    GROUP BY reservation.order_id, reservation.item_id, item.sku, warehouse.pool
)
SELECT * FROM of_pools WHERE stands <> ledger
UNION ALL
SELECT * FROM of_stock WHERE stands <> ledger
UNION ALL
SELECT * FROM beyond WHERE stands > ledger
ORDER BY 1, 2

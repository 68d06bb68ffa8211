WITH entries AS (
    SELECT promise_id, sum(quantity)::integer AS units FROM inventory_promise_entry GROUP BY promise_id
), moves AS (
    SELECT movement.item_id, warehouse.pool, sum(movement.quantity)::integer AS units
    FROM inventory_movement AS movement
    JOIN inventory_warehouse AS warehouse ON warehouse.id = movement.warehouse_id
    GROUP BY movement.item_id, warehouse.pool
)
SELECT promise.id, item.sku, promise.pool, balance.name, balance.stands, balance.ledger
FROM inventory_promise AS promise
JOIN catalog_item AS item ON item.id = promise.item_id
LEFT JOIN entries ON entries.promise_id = promise.id
LEFT JOIN moves ON moves.item_id = promise.item_id AND moves.pool = promise.pool
CROSS JOIN LATERAL (VALUES ('promised', promise.promised, coalesce(entries.units, 0)),
                           ('sellable', promise.sellable, coalesce(moves.units, 0))) AS balance (name, stands, ledger)
WHERE balance.stands <> balance.ledger
ORDER BY promise.id

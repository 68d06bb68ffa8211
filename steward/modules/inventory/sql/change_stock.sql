UPDATE inventory_stock AS stock
SET on_hand = stock.on_hand + change.moved, reserved = stock.reserved + change.reserved, held = stock.held + change.held
FROM unnest(%(ids)s::bigint[], %(moved)s::integer[], %(reserved)s::integer[], %(held)s::integer[])
     AS change (id, moved, reserved, held)
WHERE stock.id = change.id

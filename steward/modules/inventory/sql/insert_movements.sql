INSERT INTO inventory_movement (warehouse_id, item_id, lot_id, condition, kind, quantity, on_hand_after, reference,
                                reason, actor)
SELECT * FROM unnest(%(warehouses)s::bigint[], %(items)s::bigint[], %(lots)s::bigint[], %(conditions)s::text[],
                     %(kinds)s::text[], %(quantities)s::integer[], %(after)s::integer[], %(references)s::text[],
                     %(reasons)s::text[], %(actors)s::text[])

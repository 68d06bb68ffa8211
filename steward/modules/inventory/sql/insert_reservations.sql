INSERT INTO inventory_reservation (order_id, line_id, item_id, stock_id, quantity)
SELECT * FROM unnest(%(orders)s::bigint[], %(lines)s::bigint[], %(items)s::bigint[], %(stocks)s::bigint[],
                     %(quantities)s::integer[])

INSERT INTO orders_line (order_id, position, item_id, title, quantity, unit_price_minor, discount_minor)
SELECT * FROM unnest(%(order_ids)s::bigint[], %(positions)s::smallint[], %(item_ids)s::bigint[], %(titles)s::text[],
                     %(quantities)s::integer[], %(prices)s::bigint[], %(discounts)s::bigint[])

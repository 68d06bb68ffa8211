INSERT INTO inventory_promise_entry (promise_id, order_id, quantity, kind)
SELECT * FROM unnest(%(promise_ids)s::bigint[], %(order_ids)s::bigint[], %(quantities)s::integer[], %(kinds)s::text[])

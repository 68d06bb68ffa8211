INSERT INTO inventory_lot (item_id, code, expires_date, produced_date)
SELECT * FROM unnest(%(items)s::bigint[], %(codes)s::text[], %(expires)s::date[], %(produced)s::date[])
         AS wanted (item_id, code, expires_date, produced_date)
ORDER BY item_id, code
ON CONFLICT (item_id, code) DO NOTHING

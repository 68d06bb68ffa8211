SELECT lot.id, lot.item_id, lot.code, lot.expires_date, lot.produced_date
FROM inventory_lot AS lot
JOIN unnest(%(items)s::bigint[], %(codes)s::text[]) AS wanted (item_id, code)
  ON wanted.item_id = lot.item_id AND wanted.code = lot.code

SELECT wanted.place, known.id, known.number, known.state, known.payload_hash
FROM unnest(%(shop_ids)s::bigint[], %(externals)s::text[]) WITH ORDINALITY AS wanted (shop_id, external, place)
JOIN orders_order AS known ON known.shop_id = wanted.shop_id AND known.external_number = wanted.external

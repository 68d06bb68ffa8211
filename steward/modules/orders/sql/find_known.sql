SELECT nextval('orders_order_id_seq'), nextval('kernel_event_id_seq'),
       known.id, known.number, known.state, known.payload_hash, used.request_hash, used.reply, lookalike.number
FROM unnest(%(shop_ids)s::bigint[], %(externals)s::text[], %(owners)s::text[], %(keys)s::text[], %(phones)s::bytea[],
            %(totals)s::bigint[], %(placed)s::timestamptz[])
     WITH ORDINALITY AS fresh (shop_id, external, owner, key, phone, total, placed_at, place)
LEFT JOIN orders_order AS known ON known.shop_id = fresh.shop_id AND known.external_number = fresh.external
LEFT JOIN kernel_idempotency_key AS used ON used.owner = fresh.owner AND used.key = fresh.key
LEFT JOIN LATERAL (
    SELECT other.number
    FROM orders_order AS other
    WHERE other.phone_index = fresh.phone AND other.total_minor = fresh.total AND other.state <> 'cancelled'
      AND other.placed_at BETWEEN fresh.placed_at - %(window)s::interval AND fresh.placed_at + %(window)s::interval
    ORDER BY other.id DESC
    LIMIT 1
) AS lookalike ON true
ORDER BY fresh.place

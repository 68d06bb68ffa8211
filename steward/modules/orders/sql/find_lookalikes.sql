SELECT DISTINCT ON (fresh.place) fresh.place, known.number
FROM unnest(%(shop_ids)s::bigint[], %(phones)s::bytea[], %(totals)s::bigint[], %(placed)s::timestamptz[])
     WITH ORDINALITY AS fresh (shop_id, phone, total, placed_at, place)
JOIN orders_order AS known
  ON known.phone_index = fresh.phone AND known.total_minor = fresh.total AND known.state <> 'cancelled'
 AND known.placed_at BETWEEN fresh.placed_at - %(window)s::interval AND fresh.placed_at + %(window)s::interval
ORDER BY fresh.place, known.id DESC

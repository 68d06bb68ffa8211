INSERT INTO orders_order (
    id, number, shop_id, external_number, customer_id, state, payment_state, fulfilment_state, state_since, currency,
    lines_minor, shipping_minor, discount_minor, total_minor, paid_minor, refunded_minor, placed_at, received_at, country,
    province, district_code, sealed, phone_index, payload_hash, source, entered_by, not_supplied, cancel_cause, historic,
    simulated, priority, delivery_due_at, adjustments)
SELECT id, number, shop_id, external, customer_id, state, payment, fulfilment, %(now)s, currency, lines, shipping,
       discount, total, paid, refunded, placed_at, %(now)s, country, province, district, sealed, phone, hash, source,
       entered_by, missing::text[], cause, historic, simulated, priority, due_at,
       adjustments::jsonb
FROM unnest(
    %(ids)s::bigint[], %(numbers)s::text[], %(shop_ids)s::bigint[], %(externals)s::text[], %(customer_ids)s::bigint[],
    %(states)s::text[], %(payments)s::text[], %(fulfilments)s::text[], %(currencies)s::text[], %(lines)s::bigint[],
    %(shippings)s::bigint[], %(discounts)s::bigint[], %(totals)s::bigint[], %(paid)s::bigint[], %(refunded)s::bigint[],
    %(placed)s::timestamptz[], %(countries)s::text[], %(provinces)s::text[], %(districts)s::text[], %(sealed)s::bytea[],
    %(phones)s::bytea[], %(hashes)s::bytea[], %(sources)s::text[], %(enterers)s::text[], %(missing)s::text[],
    %(causes)s::text[], %(historic)s::boolean[], %(simulated)s::boolean[],
    %(priorities)s::text[], %(dues)s::timestamptz[], %(adjustments)s::text[])
    AS fresh (id, number, shop_id, external, customer_id, state, payment, fulfilment, currency, lines, shipping, discount,
              total, paid, refunded, placed_at, country, province, district, sealed, phone, hash, source, entered_by,
              missing, cause, historic, simulated, priority, due_at, adjustments)

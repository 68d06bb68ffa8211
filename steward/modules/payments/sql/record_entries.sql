INSERT INTO payments_entry
    (order_id, direction, provider, transaction, method, amount_minor, currency, happened_at, simulated)
SELECT *
FROM unnest(%(order_ids)s::bigint[], %(directions)s::text[], %(providers)s::text[], %(transactions)s::text[],
            %(methods)s::text[], %(amounts)s::bigint[], %(currencies)s::text[], %(happened)s::timestamptz[],
            %(simulated)s::boolean[])
     AS entry (order_id, direction, provider, transaction, method, amount_minor, currency, happened_at, simulated)
ORDER BY provider, transaction, direction
ON CONFLICT (provider, transaction, direction) DO NOTHING
RETURNING id, provider, transaction, direction

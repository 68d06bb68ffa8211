SELECT o.id AS subject_id, o.id AS order_id, o.state || '@' || extract(epoch FROM o.state_since)::bigint AS fact,
       jsonb_build_object('state', o.state, 'since', o.state_since, 'source', o.source, 'shop', s.code) AS facts, o.simulated
FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS most (state, since_before)
JOIN orders_order AS o ON o.state = most.state AND o.state_since < most.since_before
JOIN catalog_shop AS s ON s.id = o.shop_id
WHERE o.state = ANY (%(states)s::text[]) AND NOT o.historic AND NOT o.awaits_goods

SELECT c.id AS subject_id, NULL::bigint AS order_id, 'unmatched' AS fact,
       jsonb_build_object('number', c.order_number, 'provider', p.code, 'received_at', c.received_at) AS facts,
       FALSE AS simulated
FROM payments_callback AS c
JOIN payments_provider AS p ON p.id = c.provider_id
WHERE c.outcome = 'unmatched' AND c.received_at < %(before)s::timestamptz

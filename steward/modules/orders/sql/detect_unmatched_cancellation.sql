SELECT c.id AS subject_id, NULL::bigint AS order_id, 'unmatched' AS fact,
       jsonb_build_object('document', c.external_number, 'position', c.position, 'reason', c.reason, 'shop', s.code) AS facts,
       FALSE AS simulated
FROM orders_cancellation AS c
JOIN catalog_shop AS s ON s.id = c.shop_id
WHERE c.state = 'unmatched' AND c.cancelled_at < %(before)s::timestamptz AND c.cancelled_at > %(since)s::timestamptz

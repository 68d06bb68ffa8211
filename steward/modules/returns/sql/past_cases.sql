SELECT asked.id, own.number, own.shop, reason.fault, own.requested_at, bought.placed_at, own.verdict ->> 'until',
       own.answers -> 'opened' = 'true'::jsonb OR coalesce(bool_or(looked.grade IN ('C', 'D')), false),
       count(*) FILTER (WHERE piece.reception IN ('short', 'wrong_item'))::integer,
       coalesce(array_agg(looked.serial) FILTER (WHERE looked.serial <> ''), '{}')
FROM unnest(%(ids)s::bigint[]) AS asked (id)
JOIN customers_kin AS kin ON kin.customer_id = asked.id
JOIN returns_case AS own ON own.customer_id = kin.kin_id
JOIN returns_reason AS reason ON reason.id = own.reason_id
JOIN orders_order AS bought ON bought.id = own.order_id
JOIN returns_piece AS piece ON piece.case_id = own.id
LEFT JOIN LATERAL (
    SELECT grade, serial FROM returns_inspection AS newest WHERE newest.piece_id = piece.id
    ORDER BY newest.id DESC LIMIT 1
) AS looked ON true
WHERE own.requested_at > %(since)s AND NOT own.simulated
GROUP BY asked.id, own.id, reason.fault, bought.placed_at
ORDER BY asked.id, own.id

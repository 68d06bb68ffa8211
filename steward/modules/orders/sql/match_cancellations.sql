WITH decision AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(line_ids)s::bigint[]) AS d (id, line_id)
), matched AS (
    UPDATE orders_cancellation AS cancellation
    SET state = 'matched', reason = '', line_id = decision.line_id
    FROM decision
    WHERE cancellation.id = decision.id AND cancellation.state = 'unmatched'
    RETURNING cancellation.line_id, cancellation.quantity, cancellation.external_number
), taken AS (
    SELECT line_id, sum(quantity) AS quantity FROM matched GROUP BY line_id
), lowered AS (
    UPDATE orders_line AS line
    SET cancelled_quantity = line.cancelled_quantity + taken.quantity
    FROM taken
    WHERE line.id = taken.line_id
    RETURNING line.id, line.order_id, line.position
)
SELECT lowered.order_id, lowered.position, matched.quantity, matched.external_number, ordered.simulated
FROM matched
JOIN lowered ON lowered.id = matched.line_id
JOIN orders_order AS ordered ON ordered.id = lowered.order_id
ORDER BY lowered.order_id, lowered.position

SELECT asked.id, asked.customer_id, coalesce(past.kept, 0), coalesce(past.unpaid, 0), coalesce(past.refused, 0),
       coalesce(past.abused, 0), coalesce(past.open, 0), coalesce(past.owed_minor, 0)
FROM orders_order AS asked
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kept AND is_whole) AS kept,
           count(*) FILTER (WHERE state = 'cancelled' AND cancel_cause = 'unpaid') AS unpaid,
           count(*) FILTER (WHERE state = 'cancelled' AND cancel_cause = 'customer') AS refused,
           count(*) FILTER (WHERE state = 'cancelled' AND cancel_cause = 'fraud') AS abused,
           count(*) FILTER (WHERE state IN ('received', 'checked', 'audit')) AS open,
           sum(total_minor - paid_minor - credit_minor) FILTER (
               WHERE state IN ('approved', 'completed') AND currency = asked.currency AND paid_minor < total_minor
                 AND NOT historic
           ) AS owed_minor
    FROM (
        SELECT o.state, o.cancel_cause, o.total_minor, o.paid_minor, o.credit_minor, o.currency, o.historic, o.split_from_id IS NULL AS is_whole,
               o.state IN ('approved', 'completed') OR (o.historic AND o.state <> 'cancelled' AND o.payment_state = 'paid') AS kept
        FROM orders_order AS o
        WHERE o.customer_id IN (SELECT kin_id FROM customers_kin WHERE customer_id = asked.customer_id) AND o.id <> asked.id AND NOT o.simulated
        ORDER BY o.id DESC LIMIT 500
    ) AS recent
) AS past
WHERE asked.id = ANY (%(ids)s::bigint[])

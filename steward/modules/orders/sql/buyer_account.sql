SELECT asked.id, account.limit_minor, account.days, coalesce(owing.owed_minor, 0), coalesce(owing.overdue_minor, 0)
FROM orders_order AS asked
JOIN LATERAL (
    SELECT terms.limit_minor, terms.days
    FROM customers_kin AS kin
    JOIN customers_account AS terms
      ON terms.customer_id = kin.kin_id AND terms.currency = asked.currency AND terms.ended_at IS NULL
    JOIN customers_customer AS buyer ON buyer.id = kin.kin_id
    WHERE kin.customer_id = asked.customer_id
    ORDER BY buyer.survivor_id IS NOT NULL, terms.limit_minor, terms.id
    LIMIT 1
) AS account ON true
CROSS JOIN LATERAL (
    SELECT sum(o.total_minor - o.paid_minor) AS owed_minor,
           sum(o.total_minor - o.paid_minor) FILTER (WHERE o.invoice_due_at < %(now)s) AS overdue_minor
    FROM orders_order AS o
    WHERE o.customer_id IN (SELECT kin_id FROM customers_kin WHERE customer_id = asked.customer_id)
      AND o.invoice_due_at IS NOT NULL AND o.id <> asked.id
      AND o.currency = asked.currency AND o.state <> 'cancelled' AND o.paid_minor < o.total_minor
      AND o.simulated = asked.simulated
) AS owing
WHERE asked.id = ANY (%(ids)s::bigint[])

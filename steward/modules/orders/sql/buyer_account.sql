SELECT asked.id, account.limit_minor, account.days, coalesce(owing.owed_minor, 0), coalesce(owing.overdue_minor, 0)
FROM orders_order AS asked
JOIN customers_account AS account
  ON account.customer_id = asked.customer_id AND account.currency = asked.currency AND account.ended_at IS NULL
CROSS JOIN LATERAL (
    SELECT sum(o.total_minor - o.paid_minor) AS owed_minor,
           sum(o.total_minor - o.paid_minor) FILTER (WHERE o.invoice_due_at < %(now)s) AS overdue_minor
    FROM orders_order AS o
    WHERE o.customer_id = asked.customer_id AND o.invoice_due_at IS NOT NULL AND o.id <> asked.id
      AND o.currency = asked.currency AND o.state <> 'cancelled' AND o.paid_minor < o.total_minor
      AND o.simulated = asked.simulated
) AS owing
WHERE asked.id = ANY (%(ids)s::bigint[])

UPDATE payments_order_balance AS balance
SET paid_minor = ledger.paid,
    outside_minor = greatest(0, least(ledger.refunded - balance.refunded_minor,
                                      ledger.paid - balance.claimed_minor - balance.refunded_minor))
FROM (SELECT order_id, currency,
             coalesce(sum(amount_minor) FILTER (WHERE direction = 'payment'), 0)
             - coalesce(sum(amount_minor) FILTER (WHERE direction = 'refund' AND origin_id IS NOT NULL), 0) AS paid,
             coalesce(sum(amount_minor) FILTER (WHERE direction = 'refund' AND origin_id IS NULL), 0) AS refunded
      FROM payments_entry
      WHERE order_id = ANY (%(order_ids)s::bigint[])
      GROUP BY order_id, currency) AS ledger
WHERE balance.order_id = ledger.order_id AND balance.currency = ledger.currency

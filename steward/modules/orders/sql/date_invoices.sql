UPDATE orders_order AS dated
SET invoice_due_at = invoice.due_at
FROM unnest(%(ids)s::bigint[], %(dues)s::timestamptz[]) AS invoice (id, due_at)
WHERE dated.id = invoice.id

UPDATE orders_order AS followed
SET payment_state = ledger.state, paid_minor = ledger.paid_minor, refunded_minor = ledger.refunded_minor
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(paid)s::bigint[], %(refunded)s::bigint[])
     AS ledger (id, state, paid_minor, refunded_minor)
WHERE followed.id = ledger.id
  AND (followed.payment_state, followed.paid_minor, followed.refunded_minor)
      <> (ledger.state, ledger.paid_minor, ledger.refunded_minor)
RETURNING followed.id

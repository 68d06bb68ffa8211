SELECT known.id, known.provider, known.transaction, known.direction, known.order_id, known.amount_minor, known.currency
FROM unnest(%(providers)s::text[], %(transactions)s::text[], %(directions)s::text[])
     AS wanted (provider, transaction, direction)
JOIN payments_entry AS known USING (provider, transaction, direction)

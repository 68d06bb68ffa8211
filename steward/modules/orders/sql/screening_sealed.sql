SELECT o.id, coalesce(customer.survivor_id, o.customer_id), o.placed_at, o.country, o.district_code, o.sealed, key.wrapped, key.master_version
FROM orders_order AS o
LEFT JOIN customers_customer AS customer ON customer.id = o.customer_id
LEFT JOIN kernel_person_key AS key ON key.id = customer.person_key_id
WHERE o.id = ANY (%(ids)s::bigint[])
  AND (%(again)s OR NOT EXISTS (SELECT FROM orders_signal AS known WHERE known.order_id = o.id))
ORDER BY o.id

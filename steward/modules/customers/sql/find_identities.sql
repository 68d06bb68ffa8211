SELECT identity.value_index, customer.id, key.wrapped, key.master_version
FROM customers_identity AS identity
JOIN customers_customer AS customer ON customer.id = identity.customer_id
JOIN kernel_person_key AS key ON key.id = customer.person_key_id
WHERE identity.value_index = ANY (%(indexes)s::bytea[]) AND identity.finds AND key.wrapped IS NOT NULL

SELECT known.external_number, known.position, known.item_id, known.quantity, known.amount_minor
FROM orders_cancellation AS known
WHERE known.shop_id = %(shop_id)s AND known.external_number = ANY (%(externals)s::text[])
ORDER BY known.external_number, known.position

SELECT DISTINCT customer_id
FROM orders_cancellation
WHERE shop_id = %(shop_id)s AND state = 'unmatched' AND customer_id > %(after)s
ORDER BY customer_id
LIMIT %(limit)s

SELECT o.id, o.total_minor, o.currency, o.customer_id IS NOT NULL, o.placed_at,
       (SELECT coalesce(sum(line.quantity), 0)::bigint FROM orders_line AS line WHERE line.order_id = o.id),
       past.orders, past.mean_minor, past.most_minor, past.mean_pieces, past.most_pieces
FROM orders_order AS o
LEFT JOIN LATERAL (
    SELECT count(*) AS orders, avg(earlier.total_minor)::float8 AS mean_minor, max(earlier.total_minor) AS most_minor,
           avg(earlier.pieces)::float8 AS mean_pieces, max(earlier.pieces) AS most_pieces
    FROM (
        SELECT other.total_minor,
               (SELECT sum(line.quantity)::bigint FROM orders_line AS line WHERE line.order_id = other.id) AS pieces
        FROM orders_signal AS own
        JOIN orders_signal AS seen ON seen.value = own.value AND seen.at <= own.at AND seen.order_id <> o.id
             AND (seen.at < own.at OR seen.order_id < o.id)
        JOIN orders_order AS other ON other.id = seen.order_id
        WHERE own.order_id = o.id AND own.kind = 'customer' AND own.key_version = %(key_version)s
          AND other.currency = o.currency AND other.state <> 'cancelled'
        ORDER BY seen.at DESC
        LIMIT %(most)s
    ) AS earlier
) AS past ON true
WHERE o.id = ANY (%(ids)s::bigint[])
ORDER BY o.id

SELECT own.kind, hit.order_id
FROM orders_signal AS own
CROSS JOIN LATERAL (
    SELECT past.order_id
    FROM orders_signal AS past
    WHERE past.value = own.value AND past.order_id <> own.order_id
      AND past.at BETWEEN own.at - %(reach_s)s * interval '1 second' AND own.at + %(reach_s)s * interval '1 second'
    ORDER BY past.at DESC
    LIMIT %(most)s
) AS hit
WHERE own.order_id = %(order_id)s AND own.key_version = %(key_version)s
ORDER BY own.kind, hit.order_id DESC

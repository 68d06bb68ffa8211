WITH ended AS (
    SELECT worker, rekeyed, wrong, state FROM orders_verification
    WHERE state IN ('granted', 'refused') AND settled_at >= %(since)s AND settled_at < %(until)s
      AND (%(worker)s::text = '' OR worker = %(worker)s::text)
)
SELECT worker, '' AS field, count(*), count(*) FILTER (WHERE state = 'refused')
FROM ended GROUP BY worker
UNION ALL
SELECT worker, field, count(*), count(*) FILTER (WHERE field = ANY (wrong))
FROM ended CROSS JOIN LATERAL unnest(rekeyed) AS field
GROUP BY worker, field
ORDER BY 1, 2

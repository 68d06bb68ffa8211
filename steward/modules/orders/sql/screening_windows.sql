SELECT probe.order_id, rule.place, count(*),
       count(DISTINCT hit.customer_id) FILTER (WHERE rule.by_customer AND hit.customer_id <> probe.customer_id),
       (array_agg(hit.order_id))[:%(linked)s::integer]
FROM orders_signal AS probe
JOIN unnest(%(signals)s::text[], %(longest)s::bigint[]) AS reach (signal, longest_s) ON reach.signal = probe.kind
CROSS JOIN LATERAL (
    SELECT past.order_id, past.customer_id, past.at
    FROM orders_signal AS past
    WHERE past.value = probe.value AND past.order_id <> probe.order_id
      AND past.at <= probe.at AND past.at > probe.at - reach.longest_s * interval '1 second'
      AND (past.at < probe.at OR past.order_id < probe.order_id)
    ORDER BY past.at DESC
    LIMIT %(most)s
) AS hit
JOIN unnest(%(places)s::integer[], %(rule_signals)s::text[], %(windows)s::bigint[], %(by_customer)s::boolean[])
     AS rule (place, signal, window_s, by_customer)
     ON rule.signal = probe.kind AND hit.at > probe.at - rule.window_s * interval '1 second'
WHERE probe.order_id = ANY (%(ids)s::bigint[]) AND probe.key_version = %(key_version)s
GROUP BY probe.order_id, rule.place

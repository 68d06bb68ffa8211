-- Ordered by an expression: by the key itself the planner would walk through every order there ever was.
SELECT seen.subject_id, seen.order_id, seen.fact, seen.facts, seen.simulated
FROM ({detector}) AS seen
WHERE seen.subject_id > %(after)s::bigint
  AND NOT EXISTS (
      SELECT FROM orders_exception AS known
      WHERE known.detector_id = %(detector)s AND known.subject_kind = %(subject_kind)s
        AND known.subject_id = seen.subject_id AND known.fact = seen.fact
        AND NOT (known.state = 'solved' AND known.automatic))
ORDER BY seen.subject_id + 0 LIMIT %(limit)s::bigint

SELECT known.id
FROM orders_exception AS known
WHERE known.detector_id = %(detector)s AND known.state IN ('muted', 'open', 'in_work') AND known.id > %(after)s::bigint
  AND EXISTS (
      SELECT FROM orders_finding AS finding
      WHERE finding.order_id = known.order_id AND finding.code = %(finding)s AND finding.resolved_at IS NOT NULL
        AND finding.params ->> 'entry' = known.facts ->> 'entry_id')
ORDER BY known.id LIMIT %(limit)s::bigint

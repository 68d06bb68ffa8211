SELECT known.id
FROM orders_exception AS known
WHERE known.detector_id = %(detector)s AND known.state IN ('muted', 'open', 'in_work') AND known.id > %(after)s::bigint
  AND NOT EXISTS (
      SELECT FROM ({detector}) AS seen WHERE seen.subject_id = known.subject_id AND seen.fact = known.fact)
ORDER BY known.id LIMIT %(limit)s::bigint

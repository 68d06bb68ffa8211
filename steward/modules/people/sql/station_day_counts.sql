SELECT held.station_id, held.state, count(*)::integer
FROM unnest(%(stations)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS day (station_id, starts_at, ends_at)
JOIN people_appointment AS held
  ON held.station_id = day.station_id AND held.starts_at >= day.starts_at AND held.starts_at < day.ends_at
GROUP BY held.station_id, held.state

SELECT slot.station_id, slot.starts_at, slot.ends_at, slot.places - taken.places
FROM unnest(%(stations)s::bigint[], %(places)s::integer[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
     AS slot (station_id, places, starts_at, ends_at)
CROSS JOIN LATERAL (
    SELECT count(DISTINCT held.place)::integer AS places
    FROM people_appointment AS held
    WHERE held.station_id = slot.station_id AND held.state = ANY (%(states)s::text[]) AND held.place <= slot.places
      AND held.starts_at < slot.ends_at AND held.starts_at > slot.starts_at - %(longest)s::interval
      AND held.ends_at > slot.starts_at
) AS taken
WHERE taken.places < slot.places
ORDER BY slot.starts_at, slot.station_id

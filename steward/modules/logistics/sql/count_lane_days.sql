-- Add parcels to the counts of delivery days per lane and week.
INSERT INTO logistics_lane_days (service_id, origin, destination, band, week, days, parcels)
SELECT * FROM unnest(%(services)s::bigint[], %(origins)s::text[], %(destinations)s::text[], %(bands)s::smallint[],
                     %(weeks)s::date[], %(days)s::smallint[], %(parcels)s::int[])
ON CONFLICT (week, service_id, origin, destination, band, days)
DO UPDATE SET parcels = logistics_lane_days.parcels + excluded.parcels

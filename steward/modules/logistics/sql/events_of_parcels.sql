SELECT parcel_id, state, at, flag, expected_date
FROM logistics_tracking_event
WHERE parcel_id = ANY (%(ids)s::bigint[])

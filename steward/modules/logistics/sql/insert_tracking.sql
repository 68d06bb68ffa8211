INSERT INTO logistics_tracking_event (
    parcel_id, key, source, format, carrier_code, tracking_number, code, state, text, place, district_code, at, flag,
    expected_date, received_at)
SELECT *, %(now)s
FROM unnest(
    %(parcels)s::bigint[], %(keys)s::bytea[], %(sources)s::text[], %(formats)s::text[], %(carriers)s::text[],
    %(numbers)s::text[], %(codes)s::text[], %(states)s::text[], %(texts)s::text[], %(places)s::text[],
    %(districts)s::text[], %(ats)s::timestamptz[], %(flags)s::text[], %(expected)s::date[])
ON CONFLICT (key) DO NOTHING
RETURNING parcel_id

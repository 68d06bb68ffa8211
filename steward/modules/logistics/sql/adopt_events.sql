-- Give parcels the events that name their number and have no parcel, and say anew which lie before their shipment.
UPDATE logistics_tracking_event AS event
SET parcel_id = parcel.id,
    flag = CASE
        WHEN event.flag NOT IN ('', 'before_shipment') THEN event.flag
        WHEN event.at < CASE WHEN shipment.direction = 'return' THEN coalesce((
            SELECT min(sent.handed_over_at) FROM logistics_shipment AS sent
            WHERE sent.order_id = shipment.order_id AND sent.direction = 'outbound'
        ), shipment.planned_at) ELSE shipment.planned_at END - %(tolerance)s THEN 'before_shipment'
        ELSE ''
    END
FROM logistics_parcel AS parcel
JOIN logistics_shipment AS shipment ON shipment.id = parcel.shipment_id
LEFT JOIN logistics_carrier AS carrier ON carrier.id = parcel.carrier_id
WHERE parcel.id = ANY (%(ids)s::bigint[]) AND parcel.tracking_number <> '' AND NOT shipment.simulated
    AND event.parcel_id IS NULL AND event.tracking_number = parcel.tracking_number
    AND (carrier.code IS NULL OR event.carrier_code IN ('', carrier.code))
RETURNING parcel.id

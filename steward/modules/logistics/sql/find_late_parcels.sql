-- Parcels of which events were written while their number was, so that neither saw the other. A number that several
-- parcels have tells nothing of whose its events are.
SELECT parcel.id, parcel.shipment_id
FROM logistics_parcel AS parcel
JOIN logistics_shipment AS shipment ON shipment.id = parcel.shipment_id
LEFT JOIN logistics_carrier AS carrier ON carrier.id = parcel.carrier_id
WHERE parcel.tracking_number <> '' AND NOT shipment.simulated
    AND EXISTS (
        SELECT FROM logistics_tracking_event AS event
        WHERE event.parcel_id IS NULL AND event.tracking_number = parcel.tracking_number
            AND (carrier.code IS NULL OR event.carrier_code IN ('', carrier.code))
    )
    AND NOT EXISTS (
        SELECT FROM logistics_parcel AS other
        JOIN logistics_shipment AS theirs ON theirs.id = other.shipment_id
        WHERE other.tracking_number = parcel.tracking_number AND other.id <> parcel.id AND NOT theirs.simulated
    )
ORDER BY parcel.shipment_id, parcel.id
LIMIT %(most)s

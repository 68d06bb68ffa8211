SELECT parcel.id, parcel.tracking_number, coalesce(carrier.code, ''), parcel.shipment_id, shipment.planned_at
FROM logistics_parcel AS parcel
JOIN logistics_shipment AS shipment ON shipment.id = parcel.shipment_id
LEFT JOIN logistics_carrier AS carrier ON carrier.id = parcel.carrier_id
WHERE parcel.tracking_number = ANY (%(numbers)s::text[]) AND shipment.simulated = %(simulated)s
ORDER BY parcel.id

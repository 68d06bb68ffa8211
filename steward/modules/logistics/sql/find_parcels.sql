SELECT parcel.id, parcel.tracking_number, coalesce(carrier.code, ''), parcel.shipment_id,
    -- What comes back may have been posted before anybody told us, but not before its goods were sent.
    CASE WHEN shipment.direction = 'return' THEN coalesce((
        SELECT min(sent.handed_over_at) FROM logistics_shipment AS sent
        WHERE sent.order_id = shipment.order_id AND sent.direction = 'outbound'
    ), shipment.planned_at) ELSE shipment.planned_at END
FROM logistics_parcel AS parcel
JOIN logistics_shipment AS shipment ON shipment.id = parcel.shipment_id
LEFT JOIN logistics_carrier AS carrier ON carrier.id = parcel.carrier_id
WHERE parcel.tracking_number = ANY (%(numbers)s::text[]) AND shipment.simulated = %(simulated)s
ORDER BY parcel.id

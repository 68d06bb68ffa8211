SELECT line.id, line.order_id, shop.code, shop.platform, shop.time_zone, item.sku, item.category, item.return_class, item.warranty_months,
       line.unit_price_minor, o.currency, o.placed_at,
       -- What left us without a parcel of ours counts from when the order was completed; of historic ones nothing more is known.
       CASE WHEN sent.parcels > 0 THEN sent.delivered_at
            WHEN o.state = 'cancelled' THEN NULL
            WHEN o.historic THEN o.placed_at
            WHEN o.state = 'completed' THEN o.state_since
       END AS delivered_at
FROM unnest(%(line_ids)s::bigint[]) AS asked (line_id)
JOIN orders_line AS line ON line.id = asked.line_id
JOIN orders_order AS o ON o.id = line.order_id
JOIN catalog_shop AS shop ON shop.id = o.shop_id
JOIN catalog_item AS item ON item.id = line.item_id
CROSS JOIN LATERAL (
    SELECT count(*) AS parcels, max(shipment.delivered_at) AS delivered_at
    FROM logistics_shipment AS shipment
    WHERE shipment.order_id = o.id AND shipment.direction = 'outbound' AND shipment.state <> 'cancelled'
      AND EXISTS (
          SELECT FROM logistics_shipment_line AS packed
          WHERE packed.shipment_id = shipment.id
            AND (packed.item_id = line.item_id
                 OR packed.item_id IN (SELECT part.component_id FROM catalog_bundle_component AS part WHERE part.bundle_id = line.item_id))
      )
) AS sent

-- What an order o lost: goods promised to it that its lines still want, and that have neither left nor are promised now.
-- Compared on the shelf, of bundles by their components; what was never promised was never lost.
SELECT wanted.item_id, (least(wanted.units, had.promised) - had.kept)::integer AS units
FROM (
    SELECT coalesce(part.component_id, line.item_id) AS item_id,
           sum((line.quantity - line.cancelled_quantity) * coalesce(part.quantity, 1)) AS units
    FROM orders_line AS line
    JOIN catalog_item AS item ON item.id = line.item_id AND item.stocked
    LEFT JOIN catalog_bundle_component AS part ON part.bundle_id = line.item_id
    WHERE line.order_id = o.id
    GROUP BY 1
) AS wanted
JOIN (
    SELECT promise.item_id,
           coalesce(sum(entry.quantity) FILTER (WHERE entry.kind = 'promised'), 0) AS promised,
           coalesce(sum(entry.quantity) FILTER (WHERE entry.kind <> 'fulfilled'), 0) AS kept
    FROM inventory_promise_entry AS entry
    JOIN inventory_promise AS promise ON promise.id = entry.promise_id
    WHERE entry.order_id = o.id
    GROUP BY 1
) AS had ON had.item_id = wanted.item_id
WHERE had.kept < least(wanted.units, had.promised)

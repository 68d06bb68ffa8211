WITH wanted AS (
    SELECT channel, box, external_id
    FROM unnest(%(channels)s::text[], %(boxes)s::text[], %(external_ids)s::text[]) AS rows (channel, box, external_id)
)
SELECT inbound.channel, inbound.box, inbound.external_id, inbound.id, 'known', ''
FROM wanted JOIN messaging_inbound AS inbound USING (channel, box, external_id)
UNION ALL
SELECT parked.channel, parked.box, parked.external_id, parked.id,
       CASE parked.state WHEN 'parked' THEN 'parked' ELSE 'known' END, parked.reason
FROM wanted JOIN messaging_parked_inbound AS parked USING (channel, box, external_id)
WHERE parked.state <> 'taken' AND NOT %(again)s

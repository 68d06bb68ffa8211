SELECT message.id
FROM unnest(%(carriers)s::text[], %(references)s::text[]) AS said (carrier, reference)
JOIN messaging_message AS message
    ON message.carrier = said.carrier AND message.reference = said.reference AND message.reference <> ''
UNION
SELECT id FROM messaging_message WHERE key = ANY (%(keys)s::uuid[])

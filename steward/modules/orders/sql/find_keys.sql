SELECT wanted.place, known.request_hash, known.reply
FROM unnest(%(owners)s::text[], %(keys)s::text[]) WITH ORDINALITY AS wanted (owner, key, place)
JOIN kernel_idempotency_key AS known ON known.owner = wanted.owner AND known.key = wanted.key

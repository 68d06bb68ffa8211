SELECT wanted.id, last.author, last.text
FROM unnest(%(ids)s::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT author, left(text, 140) AS text
    FROM desk_message
    WHERE ticket_id = wanted.id AND kind IN ('inbound', 'reply', 'call') AND state <> 'withdrawn'
    ORDER BY id DESC
    LIMIT 1
) AS last

-- Replaces what texts are found by; lexemes come as one line each, parted by spaces.
WITH said AS (
    SELECT * FROM unnest(%(messages)s::bigint[], %(tickets)s::bigint[], %(instants)s::timestamptz[], %(lexemes)s::text[])
                  AS said (message_id, ticket_id, at, lexemes)
)
INSERT INTO desk_search (message_id, ticket_id, at, words)
SELECT message_id, ticket_id, at, array_to_tsvector(string_to_array(lexemes, ' '))
FROM said

-- One stretch of time, newest first: what matches (so many at most), of that the newest of each ticket that fits.
-- Messages and tickets are looked up one by one (LIMIT 1): a guess of too many hits must not read a whole table.
-- The stretch has a lexeme of its own in `wanted`, so that a frequent word costs no more than what it has there.
WITH hit AS MATERIALIZED (
    SELECT id, at, message_id, ticket_id
    FROM desk_search
    WHERE words @@ %(wanted)s::tsquery
      AND at >= %(since)s AND (at, id) < (%(until)s, %(until_id)s)
    ORDER BY at DESC, id DESC
    LIMIT %(budget)s
),
seen AS (
    SELECT count(*) AS hits, min(at) AS at, (array_agg(id ORDER BY at, id))[1] AS id FROM hit
),
said AS (
    SELECT hit.id, hit.at, message.id AS message_id, COALESCE(message.ticket_id, hit.ticket_id) AS ticket_id
    FROM hit
    LEFT JOIN LATERAL (
        SELECT id, ticket_id, state, author FROM desk_message WHERE id = hit.message_id LIMIT 1
    ) AS message ON true
    WHERE (message.id IS NULL AND %(author)s = '')
       OR (message.state <> 'withdrawn' AND (%(author)s = '' OR message.author = %(author)s))
),
fit AS (
    SELECT said.*, row_number() OVER (PARTITION BY said.ticket_id ORDER BY said.at DESC, said.id DESC) AS place
    FROM said
    CROSS JOIN LATERAL (
        SELECT channel, category, team, state, owner_id, closed_as FROM desk_ticket WHERE id = said.ticket_id LIMIT 1
    ) AS ticket
    WHERE (%(channel)s = '' OR ticket.channel = %(channel)s)
      AND (%(category)s = '' OR ticket.category = %(category)s)
      AND (%(team)s = '' OR ticket.team = %(team)s)
      AND (%(states)s::text[] = '{}' OR ticket.state = ANY (%(states)s::text[]))
      AND (%(owner)s::bigint IS NULL OR COALESCE(ticket.owner_id, 0) = %(owner)s::bigint)
      AND ticket.closed_as <> 'merged'
      AND (%(spam)s OR ticket.closed_as <> 'spam')
      AND said.ticket_id <> ALL (%(known)s::bigint[])
),
shown AS (
    SELECT id, at, message_id, ticket_id FROM fit WHERE place = 1 ORDER BY at DESC, id DESC LIMIT %(limit)s
)
SELECT seen.hits, seen.at, seen.id, shown.id, shown.at, shown.message_id, shown.ticket_id
FROM seen LEFT JOIN shown ON true
ORDER BY shown.at DESC, shown.id DESC

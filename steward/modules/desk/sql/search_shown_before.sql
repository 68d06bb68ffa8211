-- Of tickets found on a later page, those with a newer hit, in their words or their subject: they stood on a page before.
SELECT one.ticket_id
FROM unnest(%(tickets)s::bigint[], %(instants)s::timestamptz[], %(ids)s::bigint[]) AS one (ticket_id, at, id)
WHERE EXISTS (
    SELECT FROM desk_message AS message
    JOIN desk_search AS other ON other.message_id = message.id
    WHERE message.ticket_id = one.ticket_id
      AND message.state <> 'withdrawn' AND (%(author)s = '' OR message.author = %(author)s)
      AND (other.at, other.id) > (one.at, one.id) AND other.at < %(until)s
      AND other.words @@ %(wanted)s::tsquery
) OR EXISTS (
    SELECT FROM desk_search AS other
    WHERE other.ticket_id = one.ticket_id AND %(author)s = ''
      AND (other.at, other.id) > (one.at, one.id) AND other.at < %(until)s
      AND other.words @@ %(wanted)s::tsquery
)

WITH own AS (
    SELECT message.id, ready.channel, ready.carrier, ready.locale, ready.template_version
    FROM unnest(
        %(ids)s::bigint[], %(leases)s::timestamptz[], %(channels)s::text[], %(carriers)s::text[], %(locales)s::text[],
        %(versions)s::integer[]
    ) AS ready (id, leased_until, channel, carrier, locale, template_version)
    JOIN messaging_message AS message
        ON message.id = ready.id AND message.state = 'waiting' AND message.due_at = ready.leased_until
    WHERE ready.leased_until > %(now)s AND NOT message.simulated
    ORDER BY message.id FOR UPDATE OF message
)
UPDATE messaging_message AS message
SET state = 'sending', begun_at = %(now)s, attempts = message.attempts + 1, via = own.channel, carrier = own.carrier,
    locale = own.locale, template_version = own.template_version, reference = '', error = '',
    past_references = CASE message.reference
        WHEN '' THEN message.past_references ELSE array_append(message.past_references, message.reference::text) END
FROM own WHERE message.id = own.id
RETURNING message.id

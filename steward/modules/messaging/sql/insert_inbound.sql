INSERT INTO messaging_inbound
    (id, channel, box, external_id, customer_id, sealed_sender, sender_index, sent_at, received_at, subject, body,
     quoted, html, message_ref, refs, reply_token, automatic, language, order_number, facts, simulated)
SELECT id, channel, box, external_id, customer_id, sealed_sender, sender_index, sent_at, %(now)s, subject, body,
       quoted, html, message_ref, refs::text[], reply_token, automatic, language, order_number, facts, simulated
FROM unnest(
    %(ids)s::bigint[], %(channels)s::text[], %(boxes)s::text[], %(external_ids)s::text[], %(customers)s::bigint[],
    %(senders)s::bytea[], %(indexes)s::bytea[], %(sent)s::timestamptz[], %(subjects)s::text[], %(bodies)s::text[],
    %(quoted)s::text[], %(html)s::text[], %(message_refs)s::text[], %(refs)s::text[], %(tokens)s::text[],
    %(automatic)s::text[], %(languages)s::text[], %(orders)s::text[], %(facts)s::jsonb[], %(simulated)s::boolean[]
) AS fresh (id, channel, box, external_id, customer_id, sealed_sender, sender_index, sent_at, subject, body, quoted,
            html, message_ref, refs, reply_token, automatic, language, order_number, facts, simulated)
ORDER BY channel, box, external_id
ON CONFLICT (channel, box, external_id) DO NOTHING
RETURNING id

WITH old AS (
    SELECT id FROM messaging_chat_visit
    WHERE seen_at < %(chats_before)s
    ORDER BY seen_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM messaging_chat_line WHERE visit_id IN (SELECT id FROM old)
)
DELETE FROM messaging_chat_visit WHERE id IN (SELECT id FROM old)

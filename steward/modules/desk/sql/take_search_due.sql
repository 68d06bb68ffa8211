-- Takes texts that are new or changed, the newest first; the rows stay locked until what they are found by is written,
-- so that a change meanwhile waits (its trigger wants the same row), and is read again.
DELETE FROM desk_search_due
WHERE id = ANY (ARRAY(SELECT id FROM desk_search_due ORDER BY id DESC LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING what, row_id

INSERT INTO desk_watch_news (ticket_id, staff_id, happened, since)
SELECT watcher.ticket_id, watcher.staff_id, array_agg(DISTINCT said.what), %(now)s
FROM unnest(%(tickets)s::bigint[], %(kinds)s::text[], %(whats)s::text[], %(actors)s::bigint[])
     AS said (ticket_id, kind, what, by_id)
JOIN desk_watcher AS watcher ON watcher.ticket_id = said.ticket_id
LEFT JOIN desk_watch_wish AS wish ON wish.staff_id = watcher.staff_id
WHERE watcher.staff_id IS DISTINCT FROM said.by_id
  AND CASE said.kind WHEN 'words' THEN coalesce(wish.words, true)
                     WHEN 'moves' THEN coalesce(wish.moves, true)
                     ELSE coalesce(wish.hands, true) END
GROUP BY watcher.ticket_id, watcher.staff_id
ORDER BY watcher.ticket_id, watcher.staff_id
ON CONFLICT (ticket_id, staff_id) DO UPDATE
SET happened = ARRAY(SELECT DISTINCT unnest(desk_watch_news.happened || excluded.happened))
